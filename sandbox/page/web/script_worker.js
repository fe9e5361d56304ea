// One run of the script: the services, Code.js as it is, one function called, and what it returned.

/* global installServices, legalValue */

importScripts('/page/script_services.js');

const before = new Set(Object.keys(self));

self.onmessage = ({ data }) => {
  const { name, args } = data;
  installServices(self, data, () =>
    Object.keys(self).filter(
      (each) => !before.has(each) && typeof self[each] === 'function' && !each.endsWith('_'),
    ),
  );
  try {
    importScripts('/apps_script/Code.js');
    const called = self[name];
    if (typeof called !== 'function' || before.has(name))
      throw new Error(`Script function not found: ${name}`);
    Promise.resolve(called(...args)).then(returned, threw);
  } catch (error) {
    threw(error);
  }
};

function returned(value) {
  // A value that cannot be passed on arrives as null, without a word, as at Google.
  self.postMessage({ kind: 'returned', value: legalValue(value) ? (value ?? null) : null });
}

function threw(error) {
  const isError = error instanceof Error;
  self.postMessage({
    kind: 'threw',
    name: isError ? error.name : 'Error',
    message: isError ? `${error.name}: ${error.message}` : String(error),
  });
}
