"use strict";

const express = require("express");
const { Links } = require("./links");

function createApp(links = new Links()) {
  const app = express();
  app.use(express.json());

  app.get("/health", (req, res) => {
    res.json({ status: "ok", links: links.size });
  });

  app.post("/links", (req, res) => {
    try {
      res.status(201).json({ code: links.add(req.body?.url) });
    } catch (error) {
      res.status(400).json({ error: error.message });
    }
  });

  app.get("/:code", (req, res) => {
    const url = links.get(req.params.code);
    if (url === undefined) {
      return res.status(404).json({ error: "no such link" });
    }
    res.redirect(url);
  });

  return app;
}

module.exports = { createApp };
