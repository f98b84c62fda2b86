/* The catalogue of the public pages in the reader's language. */
import { pick } from '../../ui/messages/index.ts';
import { en, type Messages } from './en.ts';

const catalogues: Readonly<Record<string, Messages>> = { en };

export const t: Messages = pick(catalogues, navigator.languages) ?? en;
