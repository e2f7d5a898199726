import { Hono } from "hono";
import { svg } from "./code.ts";

export const app = new Hono();

app.get("/health", (context) => context.text("ok"));

app.get("/qr", (context) => {
  try {
    return context.body(svg(context.req.query("text") ?? ""), 200, { "Content-Type": "image/svg+xml" });
  } catch (error) {
    return error instanceof RangeError ? context.text(error.message, 400) : Promise.reject(error);
  }
});
