/* times: how moments (UTC seconds) are written, in the reader's zone or UTC. */
import { t } from './messages/index.ts';

const withZone = new Intl.DateTimeFormat(undefined, {
	weekday: 'short',
	day: 'numeric',
	month: 'short',
	hour: 'numeric',
	minute: '2-digit',
	timeZoneName: 'short'
});
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });

export function localTime(s: number): string {
	return withZone.format(1000 * s);
}

export function localDate(s: number): string {
	return date.format(1000 * s);
}

/* From and until, without repeating a day that is the same. */
export function localSpan(from: number, until: number): string {
	return withZone.formatRange(1000 * from, 1000 * until);
}

export function utcTime(s: number): string {
	return t.utc(new Date(1000 * s).toISOString().slice(0, 19).replace('T', ' '));
}

export const now = (): number => Math.floor(Date.now() / 1000);
