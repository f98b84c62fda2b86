/* The words of the shared components, in English. */
import type { Reason } from '../../core/refusal.ts';

interface Explained {
	readonly title: string;
	readonly means: string;
}

const reasons: Record<Reason, Explained> = {
	unsupported: {
		title: 'This browser cannot check signatures here',
		means: 'Porchlight shows only what it has checked. Use a current browser over https, or localhost.'
	},
	malformed: {
		title: 'A document is not in the form that is published',
		means: 'It may be damaged, or made by a program that follows other rules. It is not shown.'
	},
	'not-canonical': {
		title: 'A document can be read in more than one way',
		means: 'Two readers could see different things in it, so it is not shown.'
	},
	'unknown-version': {
		title: 'A document is of a kind that this page does not know',
		means: 'The installation may be newer than this page. What is not understood is not shown.'
	},
	'wrong-log': {
		title: 'A document belongs to another public log',
		means: 'It may be true there, but it was not recorded in the log that you trust.'
	},
	'bad-signature': {
		title: 'A signature is wrong',
		means: 'Something was changed after it was signed, or somebody signed in another’s name.'
	},
	'missing-signature': {
		title: 'A signature is missing',
		means: 'Somebody who has to agree to this did not.'
	},
	'too-few-watchers': {
		title: 'Too few watchers have seen this',
		means: 'The operator could be showing you a log that it shows to nobody else.'
	},
	'ahead-of-clock': {
		title: 'This is dated in the future',
		means: 'Please look at this device’s date and time first. If they are right, the installation’s clock is wrong.'
	},
	'not-in-log': {
		title: 'This was not publicly recorded',
		means: 'Its proof does not lead to the public log. A request that is not on record is not shown.'
	},
	'stale-district': {
		title: 'What the installation serves is more than a day old',
		means: 'A request could have been closed since, or a new one kept from you.'
	},
	'stale-directory': {
		title: 'The directory is more than two days old',
		means: 'It says who runs what. An old one could name those who have since been removed.'
	},
	'district-mismatch': {
		title: 'The district and its checkpoint do not belong together',
		means: 'An old state of the district was put under a new signature.'
	},
	'features-changed': {
		title: 'The list of requests is not the one that was signed',
		means: 'Something was added, left out or changed on the way.'
	},
	'unknown-partner': {
		title: 'Nobody attested this agency',
		means: 'A partner that attests agencies is missing from the record.'
	},
	'unknown-agency': {
		title: 'This agency is not admitted to ask',
		means: 'Only agencies that a partner attested and the operator admitted may ask.'
	},
	'agency-expired': {
		title: 'The agency’s admission has run out',
		means: 'It has to be attested again before it may ask.'
	},
	'agency-key': {
		title: 'The agency did not sign this',
		means: 'Somebody may be asking in its name.'
	},
	'locker-key': {
		title: 'The agency’s locker did not sign this',
		means: 'Footage could be locked for somebody else. It is not shown.'
	},
	'text-changed': {
		title: 'The text is not the one that was signed',
		means: 'Somebody changed its words after it was recorded.'
	},
	'two-issuer-keys': {
		title: 'The directory names two keys where there must be one',
		means: 'With two keys an operator could tell people apart by the passes that they were given.'
	},
	'policy-not-in-force': {
		title: 'The rules of that time are missing',
		means: 'Without them nobody can say whether the request was allowed.'
	},
	'over-the-limit': {
		title: 'This goes beyond the limits',
		means: 'Its area, its hours, its duration or its number is more than the rules allow, whoever permitted it.'
	},
	'agencies-changed': {
		title: 'The list of agencies is not the one in the directory',
		means: 'Something was added, left out or changed on the way.'
	},
	'outside-district': {
		title: 'This lies outside of the district',
		means: 'It does not belong on this page.'
	},
	ended: {
		title: 'This is no longer in force',
		means: 'It was closed, or somebody that it depends on was suspended or replaced.'
	},
	'bad-trust-file': {
		title: 'This is not a trust file',
		means: 'It must name a log, its key and its watchers, and need more than half of the watchers.'
	}
};

/* A number with thin spaces, as log numbers are written. */
export const grouped = (n: number): string =>
	String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, '\u202f');

const plural = (n: number, one: string, many: string): string =>
	`${grouped(n)} ${n === 1 ? one : many}`;

const short = (n: number): string => n.toFixed(n < 0.1 ? 3 : 2);

export const en = {
	language: 'en',
	name: 'Porchlight',
	skip: 'Skip to the content',
	menu: 'Pages',
	reasons,
	number: grouped,

	loading: 'Loading and checking',
	retry: 'Try again',
	technical: 'For whoever helps',
	nothingSent: 'Nothing of yours was sent.',
	offline: {
		title: 'The installation does not answer',
		means: 'This device may be offline, or the installation is down. Nothing of yours was sent.'
	},
	http: (status: number): Explained => ({
		title: status === 404 ? 'There is nothing at this address' : 'The installation could not answer',
		means:
			status === 404
				? 'It may have been written differently, or it was never there.'
				: 'This is a fault at its side. Nothing of yours was sent or lost.'
	}),
	bug: {
		title: 'This page made a mistake',
		means: 'The fault is in the page, not in what you did. Nothing of yours was sent.'
	},

	squareKm: (m2: number): string => `${short(m2 / 1e6)} km² (${short(m2 / 2_589_988)} square miles)`,
	metres: (m: number): string => (m >= 1000 ? `${m / 1000} km` : `${m} m`),
	duration: (s: number): string => {
		if (s % 86_400 === 0) return plural(s / 86_400, 'day', 'days');
		if (s % 3600 === 0) return plural(s / 3600, 'hour', 'hours');
		if (s >= 7200) return plural(Math.round(s / 3600), 'hour', 'hours');
		return plural(Math.round(s / 60), 'minute', 'minutes');
	},
	ago: (s: number): string => {
		if (s < 90) return 'just now';
		if (s < 5400) return `${plural(Math.round(s / 60), 'minute', 'minutes')} ago`;
		return `${plural(Math.round(s / 3600), 'hour', 'hours')} ago`;
	},
	span: (from: string, until: string): string => `${from} to ${until}`,
	utc: (text: string): string => `${text} UTC`,

	map: {
		label: 'Map',
		zoomIn: 'Closer',
		zoomOut: 'Further away',
		noPlan: 'This installation serves no street map of this district.',
		area: (n: number, title: string): string => `${n}: ${title}`,
		here: (size: string): string => `Map of the area asked about, ${size}`
	},

	request: {
		urgent: 'Urgent',
		who: 'Who asks',
		behalf: 'On behalf of',
		own: 'Itself alone',
		what: 'What happened',
		where: 'Where',
		when: 'When',
		open: 'Open until',
		opened: 'Asked on',
		case: 'Case number',
		contact: 'Questions',
		details: 'What they write',
		languages: 'Language',
		recorded: (n: number): string => `Publicly recorded, no.\u00a0${grouped(n)}`,
		onMap: (n: number): string => `${n} on the map`
	},

	proof: {
		lead: 'This browser checked the following. It did not ask the installation to vouch for itself.',
		passed: 'Checked',
		how: 'How',
		failed: 'Had it failed',
		bytes: 'The bytes',
		bytesLead: 'What was checked, exactly as it was received. Formats are published: C2SP signed notes and tlog proofs.',
		note: 'Signed note (the log’s entry)',
		text: 'Text document',
		tlog: 'Proof',
		agencyNote: (name: string): string => `Admission of ${name}`,
		save: 'Save',
		log: {
			title: 'It is in the public log',
			what: (n: number, size: number): string =>
				`It is no. ${grouped(n)} in a log that had ${plural(size, 'entry', 'entries')} then.`,
			how: (n: number): string =>
				`From the entry’s SHA-256, ${plural(n, 'hash leads', 'hashes lead')} to the one that the log signed.`,
			failed: 'It could have been shown to you alone, and denied later.'
		},
		watchers: {
			title: 'Watchers saw the same log',
			what: (seen: number, all: number, k: number, time: string): string =>
				`${seen} of ${all} watchers cosigned it; ${k} are needed. That was done by ${time}.`,
			how: (names: string): string => `Ed25519 cosignatures of ${names}, with keys from the trust file.`,
			failed: 'The operator could keep a second log for some people.'
		},
		agency: {
			title: 'The agency and its locker signed it',
			what: (agency: string, locker: string): string =>
				`${agency} signed it, and so did its locker, ${locker}, which alone can open what is sent.`,
			behalf: (names: string): string => `So did those on whose behalf it asks: ${names}.`,
			how: 'Ed25519 signatures, with the keys that the agency’s admission names.',
			failed: 'The operator, or anybody else, could ask in the agency’s name.'
		},
		partner: {
			title: 'The agency was attested and admitted',
			what: (partner: string, n: number): string =>
				`${partner} attested it and the operator admitted it, in no. ${grouped(n)} of the log.`,
			how: 'Both signatures under the admission, which is in the log and has not ended.',
			failed: 'The agency might not exist.'
		},
		words: {
			title: 'The words are the ones that were signed',
			what: 'Title, details and telephone number are unchanged.',
			how: 'Their SHA-256, salted, stands in the signed note.',
			failed: 'Somebody could have changed what the agency wrote.'
		},
		rules: {
			title: 'It keeps to the rules of its time',
			what: (n: number): string => `The rules are no. ${grouped(n)} of the log, under limits built into this page.`,
			how: 'Measured again here, with a tolerance of 0.1 % and 1 m. What spans several districts is for auditors.',
			failed: 'It would not be shown, whoever had allowed it.'
		},
		fresh: {
			title: 'The district is current',
			what: (when: string): string => `The installation signed the district’s list ${when}.`,
			how: 'The list’s SHA-256 and the log’s size stand in a signed note beside a cosigned checkpoint.',
			failed: 'A request that was closed could still be shown.'
		}
	},

	rules: {
		'area-size': 'Area',
		'area-width': 'Width at the narrowest',
		window: 'Span of time',
		lifetime: 'Open for',
		incident: 'Incident',
		'per-case': 'Requests for the case',
		'per-district': 'Open requests here',
		rule: 'Rule',
		found: 'Found',
		limit: 'Limit',
		between: (a: string, b: string): string => `${a} to ${b}`,
		atLeast: (a: string): string => `at least ${a}`,
		atMost: (a: string): string => `at most ${a}`,
		listed: 'in the list'
	},

	table: {
		sortBy: (column: string): string => `Sort by ${column}`,
		rows: (n: number, all: number): string =>
			n === all ? plural(all, 'row', 'rows') : `${grouped(n)} of ${plural(all, 'row', 'rows')}`,
		more: 'Show more rows'
	}
};

export type UiMessages = typeof en;
