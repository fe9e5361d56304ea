// Notices changes: asks for news, which the server answers as soon as there are any.

import { Away, get } from './api.js';
import { element } from './dom.js';

// Between two looks, and at least as long as the last one took: a workbook that is busy is not kept busier.
const REST_MS = 150;
const RETRY_MS = 1500;

const rest = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

export class Follower {
  /** `book()` is what is shown, `changed(book)` shows a newer one. */
  constructor(book, changed) {
    this.book = book;
    this.changed = changed;
  }

  async run() {
    for (;;) {
      try {
        const { id, serial } = this.book();
        // Who was away asks at once how things are, before waiting for news again.
        const newest = this.banner ? null : (await get('changes', { spreadsheet: id, after: serial })).serial;
        if (newest === serial) continue;
        const began = performance.now();
        await this.changed(await get('book', { spreadsheet: id }));
        this.back();
        await rest(Math.max(REST_MS, performance.now() - began));
      } catch (error) {
        this.lost(error);
        await rest(RETRY_MS);
      }
    }
  }

  lost(error) {
    const text =
      error.status === 404
        ? 'This spreadsheet was deleted.'
        : error instanceof Away
          ? 'The local Google does not answer. Trying again…'
          : `What changed cannot be shown: ${error.message}`;
    this.banner ??= element('div', { className: 'banner', role: 'alert' });
    this.banner.textContent = text;
    document.body.prepend(this.banner);
  }

  back() {
    this.banner?.remove();
    this.banner = null;
  }
}
