import qrcode from "qrcode-generator";

export const LONGEST = 1000;

/** The modules of a QR code, row by row; true is dark. */
export function modules(text: string): boolean[][] {
  if (text.length === 0 || text.length > LONGEST) {
    throw new RangeError(`the text has to have 1 to ${LONGEST} characters`);
  }
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const places = Array.from({ length: code.getModuleCount() }, (_, place) => place);
  return places.map((row) => places.map((column) => code.isDark(row, column)));
}

/** An SVG picture, with the quiet zone of four modules that scanners need. */
export function svg(text: string): string {
  const rows = modules(text);
  const size = rows.length + 8;
  const dark = rows.flatMap((row, y) => row.flatMap((is, x) => (is ? [`M${x + 4},${y + 4}h1v1h-1z`] : [])));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0,0h${size}v${size}H0z"/><path d="${dark.join("")}"/></svg>\n`
  );
}
