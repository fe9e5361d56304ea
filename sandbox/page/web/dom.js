// Elements, made of text alone: nothing here reads a text as HTML.

/** An element with properties (`class`, `aria-...`, `on...` too) and children, which are elements or texts. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (name in made && !name.startsWith('aria')) made[name] = value;
    else made.setAttribute(name === 'className' ? 'class' : name, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** The same for a drawing. */
export function drawn(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** An icon from the path of its 24 x 24 drawing. */
export function icon(path) {
  return drawn(
    'svg',
    { viewBox: '0 0 24 24', width: 20, height: 20, 'aria-hidden': 'true' },
    drawn('path', { d: path, fill: 'currentColor' }),
  );
}

const ruler = document.createElement('canvas').getContext('2d');

/** Pixels that a text takes on one line. */
export function lengthOf(text, { bold = false, pixels = 13 } = {}) {
  ruler.font = `${bold ? 600 : 400} ${pixels}px Arial, "Liberation Sans", sans-serif`;
  return ruler.measureText(text).width;
}

/** An ISO time as people read it; what is none stays as it is. */
export function moment(at) {
  const time = new Date(at);
  return Number.isNaN(time.getTime())
    ? at
    : time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** Says a sentence to whoever looks or listens; it goes by itself. `action` is `[words, function]`. */
export function say(text, action = null) {
  const box = element('div', { className: 'toast' }, element('span', {}, text));
  if (action)
    box.append(
      element(
        'button',
        {
          type: 'button',
          onclick: () => {
            box.remove();
            action[1]();
          },
        },
        action[0],
      ),
    );
  document.getElementById('news').replaceChildren(box);
  setTimeout(() => box.remove(), action ? 12000 : 5000);
}
