/*
 * The catalogue of shared components in the reader's language.  A new language
 * is a file of type UiMessages and a line here.
 */
import { en, type UiMessages } from './en.ts';

const catalogues: Readonly<Record<string, UiMessages>> = { en };

/* The first of the wanted languages that there is. */
export function pick<T>(from: Readonly<Record<string, T>>, wanted: readonly string[]): T | undefined {
	for (const language of wanted) {
		const found = from[language] ?? from[language.split('-')[0] ?? ''];
		if (found !== undefined) return found;
	}
	return undefined;
}

export const t: UiMessages = pick(catalogues, navigator.languages) ?? en;
