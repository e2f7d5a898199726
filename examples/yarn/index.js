'use strict';

const winston = require('winston');
const { build } = require('./lib/app');

const log = winston.createLogger({ transports: [new winston.transports.Console()] });
const port = Number(process.env.PORT || 3000);
const server = build().listen(port, () => log.info(`listening on ${port}`));

process.on('SIGTERM', () => server.close());
