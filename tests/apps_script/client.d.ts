/** What the sidebar finds in its page: Google's way to the script, and the shapes that it declares for itself. */

declare const google: { script: { run: any } };

interface Field {
  name: string;
  label: string;
  kind?: 'area' | 'check' | 'lines' | 'ticks';
  hint?: string;
  required?: boolean;
  /** What is said where it is required and missing. */
  missing?: string;
  /** It or another one has to be filled in. */
  either?: boolean;
  /** The order typed last is not meant. */
  isNew?: boolean;
}

interface MadeField {
  field: Field;
  element: HTMLElement;
  input: HTMLInputElement;
  read: () => any;
  /** Fills in what an answer says. */
  fill?: (answer: Record<string, any>) => void;
}

/** One of the things that an operation does with what its form says. */
interface Deed {
  route: string;
  /** What the form's button says. */
  submit?: string;
  /** Sent besides what was typed. */
  besides?: Record<string, any>;
  /** Asked before: the same route with `dry_run`, or another one about the order. */
  preview?: string;
  /** What the button that does it says; empty where there is nothing to do. */
  confirm?: (answer: Record<string, any>) => string;
  /** Asked below what the service said. */
  question?: string;
}

interface Operation extends Deed {
  tab: 'main' | 'advanced';
  name: string;
  /** What it does, in a line. */
  does: string;
  /** None: the button does it at once. */
  fields?: Field[];
  /** Looked at when the form opens, and again when something was done: it fills the fields in. */
  look?: string;
  /** What else can be done with what the form says. */
  other?: Deed;
  /** A second button that only says what would happen. */
  trial?: string;
  /** What a person reports once it is done. */
  then?: { label: string; route: string; if: (answer: Record<string, any>) => boolean };
  /** The question where no order has this id. */
  unknownIsFine?: string;
}
