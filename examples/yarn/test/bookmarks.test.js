'use strict';

const request = require('supertest');
const { build } = require('../lib/app');
const { Bookmarks } = require('../lib/bookmarks');

test('a bookmark has each tag once', () => {
  const bookmarks = new Bookmarks();
  bookmarks.add({ url: 'https://example.com', tags: ['To Read', 'to-read'] });
  expect(bookmarks.tags()).toEqual([['to-read', 1]]);
});

test('the page shows notes as Markdown', async () => {
  const app = build().callback();
  await request(app).post('/bookmarks').send({ url: 'https://example.com', note: '*good*' }).expect(201);
  const page = await request(app).get('/').expect(200);
  expect(page.text).toContain('<em>good</em>');
});

test('no bookmark without a URL', async () => {
  await request(build().callback()).post('/bookmarks').send({ url: 'example' }).expect(400);
});
