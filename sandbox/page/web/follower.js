// Notices changes: asks for news, which the server answers as soon as there are any.

import { get } from './api.js';
import { element } from './dom.js';

const REST_MS = 150;
const RETRY_MS = 1500;

const rest = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

export class Follower {
  /** `book()` is what is shown, `changed(book)` shows a newer one. */
  constructor(book, changed) {
    this.book = book;
    this.changed = changed;
  }

  async run() {
    for (;;) {
      try {
        const shown = this.book();
        const { serial } = await get('changes', { spreadsheet: shown.id, after: shown.serial });
        if (serial !== shown.serial) await this.changed(await get('book', { spreadsheet: shown.id }));
        this.back();
        await rest(serial === shown.serial ? 0 : REST_MS);
      } catch (error) {
        this.lost(error);
        await rest(RETRY_MS);
      }
    }
  }

  lost(error) {
    const text = error.status === 404 ? 'This spreadsheet was deleted.' : 'The local Google does not answer. Trying again…';
    this.banner ??= element('div', { className: 'banner', role: 'alert' });
    this.banner.textContent = text;
    document.body.prepend(this.banner);
  }

  back() {
    this.banner?.remove();
    this.banner = null;
  }
}
