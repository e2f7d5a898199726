"use strict";

const { createHash } = require("node:crypto");

/** Links by their short code. The code is a hash, so one URL always gets one code. */
class Links {
  #urls = new Map();

  /** Returns the code of `url`, or throws a TypeError if it is not an http(s) URL. */
  add(url) {
    const { protocol, href } = new URL(url);
    if (protocol !== "http:" && protocol !== "https:") {
      throw new TypeError(`not a web address: ${url}`);
    }
    const code = createHash("sha256")
      .update(href)
      .digest("base64url")
      .slice(0, 8);
    this.#urls.set(code, href);
    return code;
  }

  get(code) {
    return this.#urls.get(code);
  }

  get size() {
    return this.#urls.size;
  }
}

module.exports = { Links };
