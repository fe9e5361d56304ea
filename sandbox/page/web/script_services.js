// The Apps Script services that the control panel uses, and no more: what else a script asks for is refused by name.

'use strict';

/** Whether google.script.run passes a value: primitives, arrays and plain objects, and what they hold. */
function legalValue(value) {
  if (value === null || ['undefined', 'boolean', 'number', 'string'].includes(typeof value)) return true;
  if (Array.isArray(value)) return value.every(legalValue);
  if (typeof value !== 'object') return false;
  const kind = Object.getPrototypeOf(value);
  return (kind === null || Object.getPrototypeOf(kind) === null) && Object.values(value).every(legalValue);
}

/** Puts the services where a script finds them. `functions()` lists what a sidebar may call. */
function installServices(scope, given, functions) {
  const tell = (kind, more) => scope.postMessage({ kind, ...more });

  class Exception extends Error {
    get name() {
      return 'Exception';
    }
  }

  /** A service that says what it has not. */
  const service = (name, has) =>
    new Proxy(has, {
      get(target, key) {
        if (typeof key !== 'string' || key in target) return target[key];
        throw new Exception(`The local Apps Script has no ${name}.${key}.`);
      },
    });

  /** A trigger like onOpen runs before anybody has consented to anything. */
  const consented = (what) => {
    if (given.trigger)
      throw new Exception(`You do not have permission to call ${what} from a simple trigger.`);
  };

  // ---- what a person sees

  /** Shows a dialog, and waits for its answer. */
  function waitFor(dialog) {
    consented('Ui.showModalDialog');
    const reply = new SharedArrayBuffer(64 * 1024 + 8);
    const state = new Int32Array(reply, 0, 2);
    tell('dialog', { dialog, reply });
    Atomics.wait(state, 0, 0);
    return JSON.parse(new TextDecoder().decode(new Uint8Array(reply, 8, state[1]).slice()));
  }

  const BUTTONS = Object.fromEntries(
    ['OK', 'OK_CANCEL', 'YES_NO', 'YES_NO_CANCEL'].map((name) => [name, name]),
  );
  const ANSWERS = Object.fromEntries(['OK', 'CANCEL', 'YES', 'NO', 'CLOSE'].map((name) => [name, name]));

  /** The title, the text and the buttons of `(text)`, `(text, buttons)` or `(title, text, buttons)`. */
  function dialogOf(args, field) {
    const [title, text, buttons] =
      args.length > 2
        ? args
        : args.length === 2 && args[1] in BUTTONS
          ? ['', args[0], args[1]]
          : args.length === 2
            ? args
            : ['', args[0]];
    return { title, text, buttons: buttons || (field ? 'OK_CANCEL' : 'OK'), field };
  }

  function menuOf(title) {
    const entries = [];
    const menu = service('Menu', {
      addItem(label, functionName) {
        entries.push({ label, functionName });
        return menu;
      },
      addSeparator() {
        entries.push(null);
        return menu;
      },
      addSubMenu(other) {
        entries.push(other.made);
        return menu;
      },
      addToUi() {
        tell('menu', { menu: menu.made });
      },
      made: { title, entries },
    });
    return menu;
  }

  const ui = service('Ui', {
    Button: ANSWERS,
    ButtonSet: BUTTONS,
    createMenu: menuOf,
    createAddonMenu: () => menuOf('Extensions'),
    showSidebar(output) {
      consented('Ui.showSidebar');
      tell('sidebar', { html: output.getContent(), title: output.getTitle(), functions: functions() });
    },
    alert: (...args) => waitFor(dialogOf(args, false)).button,
    prompt(...args) {
      const { button, text } = waitFor(dialogOf(args, true));
      return { getSelectedButton: () => button, getResponseText: () => text };
    },
  });

  const workbook = service('Spreadsheet', {
    getId: () => given.book.id,
    getName: () => given.book.title,
    getUrl: () => given.book.url,
    getActiveSheet: () => service('Sheet', { getName: () => given.book.tab }),
    toast: (text, title = '') => tell('toast', { text: String(text), title: String(title) }),
  });

  scope.SpreadsheetApp = service('SpreadsheetApp', {
    getUi: () => ui,
    getActive: () => workbook,
    getActiveSpreadsheet: () => workbook,
  });

  // ---- pages

  function fileOf(name) {
    const request = new XMLHttpRequest();
    request.open('GET', `/apps_script/${encodeURIComponent(name)}.html`, false);
    request.send();
    if (request.status !== 200) throw new Exception(`No HTML file named ${name} was found.`);
    return request.responseText;
  }

  function outputOf(html) {
    let content = html;
    let title = '';
    const output = service('HtmlOutput', {
      append(more) {
        content += more;
        return output;
      },
      getContent: () => content,
      setContent(other) {
        content = other;
        return output;
      },
      getTitle: () => title,
      setTitle(other) {
        title = other;
        return output;
      },
      setWidth: () => output,
      setHeight: () => output,
    });
    return output;
  }

  const escaped = (value) => String(value ?? '').replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

  /** A template with `<? ?>`, `<?= ?>` (escaped) and `<?!= ?>`; what is set on it are its variables. */
  function templateOf(html) {
    const template = {
      evaluate() {
        const parts = html.split(/<\?(!?=?)([\s\S]*?)\?>/);
        let code = '';
        for (let n = 0; n < parts.length; n += 3) {
          code += `out.push(${JSON.stringify(parts[n])});\n`;
          if (n + 2 >= parts.length) break;
          const inner = parts[n + 2];
          code += { '': `${inner}\n`, '=': `out.push(escaped(${inner}));\n`, '!=': `out.push(${inner});\n` }[
            parts[n + 1]
          ];
        }
        const { evaluate, ...variables } = template;
        const out = [];
        new Function('out', 'escaped', ...Object.keys(variables), code)(
          out,
          escaped,
          ...Object.values(variables),
        );
        return outputOf(out.join(''));
      },
    };
    return template;
  }

  scope.HtmlService = service('HtmlService', {
    createHtmlOutput: (html = '') => outputOf(html),
    createHtmlOutputFromFile: (name) => outputOf(fileOf(name)),
    createTemplate: templateOf,
    createTemplateFromFile: (name) => templateOf(fileOf(name)),
  });

  // ---- calls

  function responseOf({ code, headers, text }) {
    return service('HTTPResponse', {
      getResponseCode: () => code,
      getContentText: () => text,
      getHeaders: () => headers,
      getAllHeaders: () => headers,
    });
  }

  /** The body and its kind, as UrlFetchApp sends them. */
  function payloadOf({ payload, contentType }) {
    if (payload === undefined || payload === null) return {};
    if (typeof payload === 'string')
      return { payload, contentType: contentType || 'application/x-www-form-urlencoded' };
    return {
      payload: new URLSearchParams(payload).toString(),
      contentType: contentType || 'application/x-www-form-urlencoded',
    };
  }

  function fetchNow(url, options = {}) {
    consented('UrlFetchApp.fetch');
    const { payload, contentType } = payloadOf(options);
    const request = new XMLHttpRequest();
    request.open('POST', '/_sandbox/fetch', false);
    request.setRequestHeader('Content-Type', 'application/json');
    try {
      const headers = { ...(contentType ? { 'Content-Type': contentType } : {}), ...options.headers };
      request.send(JSON.stringify({ url, method: options.method || 'get', headers, payload }));
    } catch {
      throw new Exception(`Address unavailable: ${url}`);
    }
    const said = JSON.parse(request.responseText);
    if (said.error) throw new Exception(said.error.message);
    if (said.trouble === 'timeout') throw new Exception(`Timeout: ${url}`);
    if (said.trouble) throw new Exception(`Address unavailable: ${url}`);
    if (said.code >= 400 && !options.muteHttpExceptions) {
      throw new Exception(
        `Request failed for ${new URL(url).origin} returned code ${said.code}. Truncated server response: ${said.text.slice(0, 200)} (use muteHttpExceptions option to examine full response)`,
      );
    }
    return responseOf(said);
  }

  scope.UrlFetchApp = service('UrlFetchApp', { fetch: fetchNow });

  // ---- what is remembered, and who it is

  function storeOf(name, values) {
    const changed = () => tell('properties', { store: name, values: { ...values } });
    const store = service('Properties', {
      getProperty: (key) => values[key] ?? null,
      getProperties: () => ({ ...values }),
      getKeys: () => Object.keys(values),
      setProperty(key, value) {
        values[key] = String(value);
        changed();
        return store;
      },
      setProperties(more) {
        for (const [key, value] of Object.entries(more)) values[key] = String(value);
        changed();
        return store;
      },
      deleteProperty(key) {
        delete values[key];
        changed();
        return store;
      },
    });
    return store;
  }

  const stores = Object.fromEntries(
    ['script', 'user', 'document'].map((name) => [name, storeOf(name, given.properties[name] ?? {})]),
  );
  scope.PropertiesService = service('PropertiesService', {
    getScriptProperties: () => stores.script,
    getUserProperties: () => stores.user,
    getDocumentProperties: () => stores.document,
  });

  const webSafe = (text) =>
    btoa(String.fromCharCode(...new TextEncoder().encode(text)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replace(/=+$/, '');

  /** A token with nobody's signature: it says who clicks, and no service accepts it. */
  const token = [
    { alg: 'none', typ: 'JWT' },
    { email: given.person, aud: 'local-stand-in.apps.googleusercontent.com' },
  ]
    .map((part) => webSafe(JSON.stringify(part)))
    .join('.');
  scope.ScriptApp = service('ScriptApp', {
    getIdentityToken: () => `${token}.`,
    getScriptId: () => 'local-stand-in',
  });

  const user = { getEmail: () => given.person };
  scope.Session = service('Session', {
    getActiveUser: () => user,
    getEffectiveUser: () => user,
    getScriptTimeZone: () => 'America/Toronto',
  });

  const bytesOf = (text) =>
    [...atob(text.replaceAll('-', '+').replaceAll('_', '/'))].map((sign) => sign.charCodeAt(0));
  scope.Utilities = service('Utilities', {
    base64DecodeWebSafe: bytesOf,
    base64Decode: bytesOf,
    newBlob: (data) => ({
      getDataAsString: () =>
        typeof data === 'string' ? data : new TextDecoder().decode(new Uint8Array(data)),
    }),
    getUuid: () => crypto.randomUUID(),
    sleep(ms) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    },
  });
  scope.Logger = service('Logger', { log: (...args) => tell('log', { text: args.map(String).join(' ') }) });
}
