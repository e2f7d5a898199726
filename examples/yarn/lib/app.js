'use strict';

const path = require('node:path');
const Koa = require('koa');
const Router = require('@koa/router');
const bodyParser = require('koa-bodyparser');
const compress = require('koa-compress');
const helmet = require('koa-helmet');
const { DateTime } = require('luxon');
const pug = require('pug');
const { Bookmarks } = require('./bookmarks');

function build(bookmarks = new Bookmarks()) {
  const app = new Koa();
  const router = new Router();
  const page = pug.compileFile(path.join(__dirname, '..', 'views', 'index.pug'));
  const day = (time) => DateTime.fromISO(time).toISODate();

  router.get('/health', (ctx) => {
    ctx.body = { ok: true, bookmarks: bookmarks.all.length };
  });

  router.get('/', (ctx) => {
    ctx.type = 'html';
    ctx.body = page({ bookmarks: bookmarks.tagged(ctx.query.tag), tags: bookmarks.tags(), day });
  });

  router.post('/bookmarks', (ctx) => {
    try {
      ctx.body = bookmarks.add(ctx.request.body);
      ctx.status = 201;
    } catch (error) {
      ctx.throw(400, error.message);
    }
  });

  return app.use(helmet()).use(compress()).use(bodyParser()).use(router.routes());
}

module.exports = { build };
