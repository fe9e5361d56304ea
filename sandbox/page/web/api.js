// Calls of the page to the server that it came from.

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The server does not answer. */
export class Away extends Error {}

async function answered(call) {
  const reply = await call.catch((error) => {
    throw new Away(error.message);
  });
  const said = await reply.json();
  if (!reply.ok) throw new Refused(reply.status, said.error?.message || `Status ${reply.status}`);
  return said;
}

/** The answer to a question. Throws Refused, or Away where the server does not answer. */
export async function get(name, asked = {}) {
  return answered(fetch(`/_sandbox/${name}?${new URLSearchParams(asked)}`));
}

/** The answer to an order to do something; throws as `get`. */
export async function post(name, body) {
  const headers = { 'Content-Type': 'application/json' };
  return answered(fetch(`/_sandbox/${name}`, { method: 'POST', headers, body: JSON.stringify(body) }));
}
