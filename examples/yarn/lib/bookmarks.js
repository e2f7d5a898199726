'use strict';

const _ = require('lodash');
const { marked } = require('marked');

/** Bookmarks in memory: the newest first. */
class Bookmarks {
  constructor() {
    this.all = [];
  }

  add({ url, title, note = '', tags = [] }, now = new Date()) {
    const { href, hostname } = new URL(url);
    const bookmark = {
      url: href,
      title: title || hostname,
      note: marked.parseInline(note),
      tags: _.uniq(tags.map((tag) => _.kebabCase(tag))).sort(),
      added: now.toISOString(),
    };
    this.all = [bookmark, ...this.all.filter((other) => other.url !== href)];
    return bookmark;
  }

  tagged(tag) {
    return tag ? this.all.filter((bookmark) => bookmark.tags.includes(tag)) : this.all;
  }

  /** How many bookmarks each tag has: the most used first. */
  tags() {
    const counts = Object.entries(_.countBy(this.all.flatMap((bookmark) => bookmark.tags)));
    return _.orderBy(counts, [1, 0], ['desc', 'asc']);
  }
}

module.exports = { Bookmarks };
