// The panes beside the workbook that are not the script's: what the stand-ins received, an order as the Zap posts it,
// and the story of an order.

import { OrderForm, Story } from './orders.js';
import { Received } from './received.js';

const ENTRIES_EVERY_MS = 2000;

const PATHS = {
  order:
    'M7 4h-2l-1 2v1h2l3.6 7.6-1.4 2.4h11v-2H10.4l1.1-2h7l3-6H8.2L7 4zm1 14a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm10 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  story:
    'M13 3a9 9 0 0 0-9 9H1l4 4 4-4H6a7 7 0 1 1 2 5l-1.4 1.4A9 9 0 1 0 13 3zm-1 5v5l4.3 2.5.7-1.2-3.5-2.1V8z',
};

/** Adds the panes; those of stand-ins appear when the server names them. */
export async function addPanes(page) {
  page.side.add('order', { title: 'Post an order', path: PATHS.order, node: new OrderForm().node });
  page.side.add('story', { title: 'Order story', path: PATHS.story, node: new Story().node });
  const received = new Received(page.side);
  await received.look();
  setInterval(() => {
    if (!document.hidden) received.look().catch(() => {});
  }, ENTRIES_EVERY_MS);
}
