/**
 * The control panel of the spreadsheet: a menu, a sidebar, and one way to call the service.
 *
 * No rule of the business is in here. What a button does is decided by the service, and said in its words; what is
 * here are the words for the calls that it could not answer. Functions whose names end in `_` are for this file alone.
 */

/** Of the menu and of the sidebar. */
const TITLE = 'NPTA Control Panel';

/** Names of script properties: the function's address, and the secret of the weaker way to sign in. */
const ADDRESS = 'FUNCTION_URL';
const SECRET = 'SHARED_SECRET';

/** Where an address may lead: a secret or an identity must not travel unencrypted, but on one's own machine. */
const SAFE = /^(https:\/\/[^\s/?#]+|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?)(\/[^\s?#]*)?$/;

/**
 * What the sidebar is told of a call.
 * @typedef {object} Reply
 * @property {boolean} ok Was it done?
 * @property {string} message A sentence for the operator.
 * @property {string} next What to do next, empty where there is nothing.
 * @property {string} detail For the developer, empty where there is nothing.
 * @property {number} retryAfter Seconds until it is worth another try, 0 where it is not.
 * @property {Object<string, any>} answer What the service said, empty where it could not answer.
 */

/** Adds the menu when the spreadsheet is opened. */
function onOpen() {
  SpreadsheetApp.getUi()
    .createMenu(TITLE)
    .addItem('Open', 'showPanel')
    .addSeparator()
    .addItem('Connection…', 'showConnection')
    .addToUi();
}

/** Opens the sidebar. */
function showPanel() {
  SpreadsheetApp.getUi().showSidebar(panel_());
}

/** Opens the sidebar where the connection is set and tried. */
function showConnection() {
  SpreadsheetApp.getUi().showSidebar(panel_().append('<script>show("connection")</script>'));
}

function panel_() {
  return HtmlService.createHtmlOutputFromFile('Sidebar').setTitle(TITLE);
}

/**
 * Calls an operation of the service, such as `/orders/release`; without a body it only looks, as at `/keys/quarantine`.
 * @param {string} route
 * @param {Object<string, any> | null} body
 * @returns {Reply}
 */
function call(route, body) {
  if (!body) {
    return send_(route, { method: 'get' });
  }
  return send_(route, { method: 'post', contentType: 'application/json', payload: JSON.stringify(body) });
}

/** How the panel reaches the service, and as whom; without the secret itself. */
function connection() {
  const person = person_();
  return {
    address: property_(ADDRESS),
    person: person.email || '',
    clientId: person.aud || '',
    hasSecret: Boolean(property_(SECRET)),
  };
}

/**
 * Sets the function's address and, unless it is null, the shared secret; an empty one is forgotten.
 * @param {string} address
 * @param {string | null} secret
 * @returns {Reply}
 */
function connect(address, secret) {
  const given = address.trim().replace(/\/+$/, '');
  if (!SAFE.test(given)) {
    return no_('This is not the address of the function.', 'It begins with https:// and is printed when the function is deployed.');
  }
  const properties = PropertiesService.getScriptProperties();
  properties.setProperty(ADDRESS, given);
  if (secret) {
    properties.setProperty(SECRET, secret.trim());
  } else if (secret !== null) {
    properties.deleteProperty(SECRET);
  }
  return check();
}

/**
 * Tries the connection: the address, the credentials, and whether the service reads its spreadsheet.
 * @returns {Reply}
 */
function check() {
  const health = send_('/health', { method: 'get' });
  if (health.answer.sheets && health.answer.status === 'error') {
    return { ...health, message: `The service runs, but cannot work with the spreadsheet: ${health.answer.sheets}`, next: '' };
  }
  if (!health.ok) {
    return health;
  }
  // a question about no order: whoever may ask is told that the order is missing
  const probe = call('/orders/status', {});
  return probe.answer.reason === 'invalid_fields' ? { ...health, message: 'Connected: the service answers, and reads the spreadsheet.' } : probe;
}

/**
 * @param {string} route
 * @param {GoogleAppsScript.URL_Fetch.URLFetchRequestOptions} request
 * @returns {Reply}
 */
function send_(route, request) {
  const address = property_(ADDRESS);
  if (!address) {
    return no_('The panel does not know yet where the service is.', 'Set its address under Connection.');
  }
  try {
    const headers = { Authorization: `Bearer ${credential_()}` };
    // a redirect would lead to a page for people to sign in, and take the credentials along
    const options = { ...request, headers, muteHttpExceptions: true, followRedirects: false };
    return read_(UrlFetchApp.fetch(address + route, options), route);
  } catch (error) {
    return away_(String(error), address);
  }
}

/**
 * @param {GoogleAppsScript.URL_Fetch.HTTPResponse} response
 * @param {string} route
 * @returns {Reply}
 */
function read_(response, route) {
  const status = response.getResponseCode();
  const answer = parsed_(response.getContentText());
  if (!answer) {
    return no_(
      `Something answers at the address, but it is not the service (status ${status}).`,
      'Compare the address under Connection with the one printed when the function was deployed.'
    );
  }
  if (status === 200) {
    return { ...no_(answer.message, answer.next), ok: answer.status !== 'error', answer };
  }
  return { ...refused_(status, answer, route), retryAfter: seconds_(response), answer };
}

/**
 * The words for a status that is not 200.
 * @param {number} status
 * @param {Object<string, any>} answer
 * @param {string} route
 */
function refused_(status, answer, route) {
  switch (status) {
    case 401:
      return unknown_(answer.message);
    case 403:
      return no_(
        `${person_().email || 'The shared secret'} may not do this.`,
        'Ask your developer to let you use this panel, as an operator.',
        answer.message
      );
    case 404:
      return no_(`This service does not know ${route} yet.`, 'Ask your developer to deploy its newest version.');
    case 429:
    case 503:
      return no_(answer.message, 'Nothing is done twice: try again.');
    case 500:
      return no_(answer.message, 'Try once more. If it happens again, tell your developer.', `request ${answer.request_id}`);
    default:
      return no_(answer.message);
  }
}

/**
 * The words for credentials that the service does not accept.
 * @param {string} detail
 */
function unknown_(detail) {
  if (property_(SECRET)) {
    return no_('The service does not accept the shared secret.', 'Was it changed? Your developer knows: set it anew under Connection.', detail);
  }
  return no_(
    'The service does not accept how this panel signs in.',
    'Ask your developer to compare the client id under Connection with OIDC_AUDIENCES.',
    `${detail} The client id is ${person_().aud || 'missing: Google gave no identity token'}.`
  );
}

/**
 * The words for a call that got no answer; UrlFetchApp waits for about a minute.
 * @param {string} error
 * @param {string} address
 */
function away_(error, address) {
  if (/time(d )?.?out/i.test(error)) {
    return no_('The service did not answer within a minute. It may still finish.', 'Nothing is done twice: wait a minute, then try again.', error);
  }
  return no_(
    `The service cannot be reached at ${address}.`,
    'Try again in a minute. If that does not help, tell your developer.',
    error
  );
}

/**
 * A reply of our own words.
 * @param {string} message
 * @param {string} [next]
 * @param {string} [detail]
 * @returns {Reply}
 */
function no_(message, next = '', detail = '') {
  return { ok: false, message, next, detail, retryAfter: 0, answer: {} };
}

/**
 * The answer's fields; null where it is not the service's.
 * @param {string} text
 * @returns {Object<string, any> | null}
 */
function parsed_(text) {
  try {
    const answer = JSON.parse(text);
    return answer && answer.status ? answer : null;
  } catch {
    return null;
  }
}

/** @param {GoogleAppsScript.URL_Fetch.HTTPResponse} response */
function seconds_(response) {
  const headers = Object.entries(response.getHeaders());
  const found = headers.find(([name]) => name.toLowerCase() === 'retry-after');
  return found ? Number(found[1]) || 0 : 0;
}

/** The secret where one is set, for that is a choice; else the identity of the person who clicks. */
function credential_() {
  return property_(SECRET) || ScriptApp.getIdentityToken();
}

/**
 * What Google says of the person who clicks: `email`, and `aud`, the OAuth client id of this script.
 * @returns {{email?: string, aud?: string}}
 */
function person_() {
  const token = ScriptApp.getIdentityToken();
  if (!token) {
    return {};
  }
  const claims = Utilities.base64DecodeWebSafe(token.split('.')[1]);
  return JSON.parse(Utilities.newBlob(claims).getDataAsString());
}

/** @param {string} name */
function property_(name) {
  return PropertiesService.getScriptProperties().getProperty(name) || '';
}
