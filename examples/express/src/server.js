"use strict";

const { createApp } = require("./app");

const port = Number(process.env.PORT ?? 3000);

const server = createApp().listen(port, () => {
  console.log(`listening on port ${port}`);
});

// As PID 1 in a container node has no default handler: without this, `docker stop` waits and then kills.
process.on("SIGTERM", () => server.close());
