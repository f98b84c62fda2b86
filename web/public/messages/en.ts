/* The words of the public pages, in English. */
import { grouped } from '../../ui/messages/en.ts';
import type { Limit } from '../../core/documents.ts';
import type { Page } from '../router.svelte.ts';

export interface Words {
	readonly title: string;
	readonly text: string;
}

const notices: Readonly<Record<string, string>> = {
	'one-machine': 'One machine plays every part: operator, agency, relays, watchers and neighbours.',
	'same-epoch': 'Passes may be used in the week in which they were taken.',
	'own-watchers': 'The watchers are the operator’s own, so nobody outside of it keeps the log honest.',
	'same-relay': 'The relays are run by the operator, so it could see who sends something.'
};

const pages: Readonly<Record<Page, string>> = {
	home: 'Requests',
	agencies: 'Agencies',
	policy: 'Rules',
	directory: 'Who runs what',
	log: 'Public log',
	check: 'How to check'
};

const limits: Readonly<Record<Limit, Words>> = {
	area_min: { title: 'Smallest area', text: 'A smaller one could point at a single home.' },
	area_max: { title: 'Largest area', text: 'A larger one would ask half a town.' },
	victims_area_min: { title: 'Smallest area where there may be victims at home', text: 'So that the map does not give away the address.' },
	width_min: { title: 'Narrowest width', text: 'So that an area cannot be a line along one street.' },
	dwellings_min: { title: 'Fewest dwellings', text: 'Where a grid of dwellings is at hand. Few dwellings would make an answer easy to trace.' },
	window_min: { title: 'Shortest span of time', text: 'What is asked for lies in the past and has a beginning and an end.' },
	window_max: { title: 'Longest span of time', text: 'Nobody is asked for a whole day.' },
	lifetime_max: { title: 'Longest that a request is open', text: 'Afterwards it is gone from here and stays in the log.' },
	neighbour_m: { title: 'Neighbouring requests: distance', text: 'Requests this near count together, so that small ones cannot add up to a large one.' },
	neighbour_s: { title: 'Neighbouring requests: time', text: 'Requests this near in time count together.' },
	per_case: { title: 'Requests for one case number', text: 'Asking again and again is not allowed.' },
	per_district: { title: 'Open requests of one agency in a district', text: 'At the same time.' },
	urgent_s: { title: 'An urgent request without confirmation', text: 'Leaves the list after this time.' }
};

export const en = {
	language: 'en',
	pages,
	limits,
	titled: (page: string, name: string): string => `${page} – ${name === '' ? 'Porchlight' : name}`,

	banner: {
		demo: 'This is a demonstration.',
		notices,
		unknown: (name: string): string => `The installation says of itself: ${name}.`
	},

	footer: {
		checked: 'What you see was checked in this browser.',
		own: 'It goes by a trust file of your own.',
		came: 'It goes by the trust file that came with the page.',
		link: 'What that means',
		cookies: 'No cookies, no accounts, no counters on these pages.'
	},

	missing: {
		title: 'There is no page here',
		text: 'The address may have been shortened or mistyped.',
		home: 'To the requests'
	},

	home: {
		title: 'Every request for footage is public',
		lead: 'A verified local agency may ask a neighbourhood for camera footage of one place and one span of time. Every open request is here. Answering is a choice, and nobody can see who was reached.',
		find: 'Look at a district',
		findText: 'A district is some 50 km². The whole of it is fetched, so the installation does not learn which street you care about.',
		place: 'Place, as latitude and longitude',
		hint: 'For example 43.05, −88.03',
		wrong: 'Please write two numbers: latitude from −85 to 85, then longitude from −180 to 180.',
		show: 'Show the district',
		here: 'Use where I am',
		hereText: 'Your position stays in this browser.',
		hereFailed: 'This device did not say where it is.',
		open: 'Districts with open requests',
		count: (n: number): string => (n === 1 ? 'One district has open requests.' : `${grouped(n)} districts have open requests.`),
		none: 'No district has an open request now',
		noneText: 'When an agency asks for footage, its district appears here, for as long as the request is open.',
		overview: 'Overview of districts with open requests',
		district: 'District',
		around: 'Around',
		points: [
			{ title: 'Nobody knows who was asked', text: 'There is no list of recipients. Your own device decides whether your camera stands in an area.' },
			{ title: 'Ignoring this is invisible', text: 'Nobody can see that you did. Declining, opting out and never having looked are the same to everyone else.' },
			{ title: 'You need not believe us', text: 'Each request carries its proof. This browser checks it, and you can do it by hand.' }
		]
	},

	district: {
		title: (lat: string, lon: string): string => `Around ${lat}, ${lon}`.replaceAll('° ', '°\u00a0'),
		name: (path: string): string => `District ${path}`,
		lat: (n: number): string => `${Math.abs(n).toFixed(2)}° ${n < 0 ? 'S' : 'N'}`,
		lon: (n: number): string => `${Math.abs(n).toFixed(2)}° ${n < 0 ? 'W' : 'E'}`,
		count: (n: number): string =>
			n === 0 ? 'No open requests.' : n === 1 ? 'One open request.' : `${grouped(n)} open requests.`,
		asOf: (ago: string): string => `As signed ${ago}.`,
		marked: (ago: string): Words => ({
			title: 'This list is older than it should be',
			text: `The installation signed it ${ago}; it should do so every hour. A request could have been closed or added since.`
		}),
		empty: 'No request is open here',
		emptyText: 'When an agency asks for footage in this district, its request appears here with its proof.',
		refused: (n: number): string =>
			n === 1 ? 'One item is not shown, since it did not pass the checks' : `${grouped(n)} items are not shown, since they did not pass the checks`,
		item: (id: string): string => (id === '' ? 'Without an id' : `Item ${id.slice(0, 8)}`),
		all: 'All requests in this district',
		gone: 'This request is not open any more',
		goneText: 'It was closed, it expired, or it never was in this district. Requests stay in the public log.',
		invisible: 'Ignoring this is invisible: nobody can see that you did.',
		list: 'Open requests',
		neighbours: 'Neighbouring districts',
		north: 'North',
		south: 'South',
		west: 'West',
		east: 'East'
	},

	agencies: {
		title: 'Who may ask',
		lead: 'An agency may ask when a partner has attested that it exists and who it is, and the operator has admitted it. Federal agencies and their local branches are refused.',
		caption: 'Admitted agencies',
		name: 'Agency',
		class: 'Kind',
		partner: 'Attested by',
		until: 'Until',
		telephone: 'Telephone',
		index: 'Log no.',
		state: 'State',
		admitted: 'Admitted',
		suspended: 'Suspended',
		expired: 'Run out',
		classes: {
			'municipal-police': 'Municipal police',
			sheriff: 'Sheriff',
			fire: 'Fire service',
			'emergency-management': 'Emergency management',
			'local-government': 'Local government (may not ask)'
		} as Readonly<Record<string, string>>,
		none: 'No agency is admitted yet',
		noneText: 'Agencies appear here once a partner has attested them and the operator has admitted them.',
		partners: 'Partners that attest',
		partner_lead: 'A partner is a county, a league, a standards board or a vendor. Its key is not the operator’s.',
		close: 'Close',
		verified: 'How it was verified',
		locker: 'Locker',
		lockerText: 'Where footage goes. Its key signs each request too.',
		key: 'Key of the locker',
		jurisdiction: 'Jurisdiction (SHA-256)',
		jurisdictionLink: 'Download its outline',
		taskForces: 'Task forces',
		noTaskForces: 'None',
		website: 'Website',
		hash: 'The list’s SHA-256 is the one in the logged directory.'
	},

	policy: {
		title: 'What may be asked',
		lead: 'These limits are the operator’s, under ceilings that are built into this page and into every other client. A change waits seven days in public.',
		force: 'In force since',
		recorded: (n: number): string => `Publicly recorded, no. ${grouped(n)}`,
		number: 'Limit',
		value: 'Here',
		ceiling: 'Never allowed',
		incidents: 'Incidents that may be asked about',
		victims: 'Larger area, since there may be victims at home',
		never: 'Never asked for: immigration, lawful assembly, and minor offences.',
		least: (a: string): string => `Less than ${a}`,
		most: (a: string): string => `More than ${a}`,
		open: 'Not limited',
		note: 'The policy’s note'
	},

	directory: {
		title: 'Who runs what',
		lead: 'The directory is signed by the operator, recorded in the public log each day, and not used when it is older than two days.',
		signed: 'Signed',
		platform: 'Platform',
		platformText: 'Runs these pages, admits agencies and keeps the public log. It never sees footage.',
		relays: 'Relays',
		relaysText: 'Pass uploads and letters on without an address. Should not be run by the operator.',
		noRelays: 'None is listed.',
		issuers: 'Keys for passes',
		issuersText: 'Exactly one a purpose and week. With two, an operator could tell people apart, so this page would refuse the directory.',
		purpose: 'Purpose',
		epoch: 'Week',
		week: (from: string): string => `from ${from}`,
		key: 'SHA-256 of the key',
		accounts: 'Accounts',
		accountsNone: 'Nobody has taken passes yet.',
		accountsText: (n: number): string => `${grouped(n)} accounts took passes in that week, rounded to ten.`,
		ended: 'No longer in force',
		endedText: (n: number): string =>
			n === 0 ? 'Nothing has ended early.' : `${grouped(n)} notes have ended early; this page does not use them.`,
		mirror: 'A second opinion',
		mirrorText: 'This page compared these keys with no mirror, so it cannot tell whether others are shown other keys.',
		name: 'Name',
		address: 'Address',
		fingerprint: 'Key',
		proof: 'How this was checked',
		note: 'The directory’s note',
		tlog: 'Its proof'
	},

	log: {
		title: 'The public log',
		lead: 'What was asked, admitted, decided and ended is an entry here. Entries are added and never changed; watchers sign that this is so.',
		size: 'Entries',
		root: 'Root (SHA-256)',
		time: 'Seen by enough watchers',
		watchers: 'Watchers',
		watcher: 'Watcher',
		seen: 'Signed at',
		silent: 'Not on this checkpoint',
		needed: (k: number, n: number): string => `${k} of ${n} are needed.`,
		newest: 'Newest entries',
		newestText: 'Each was checked against the root above.',
		empty: 'The log is empty',
		emptyText: 'Entries appear here with the first directory.',
		index: 'No.',
		type: 'What',
		signer: 'Signed by',
		open: (n: number): string => `Entry no. ${grouped(n)}`,
		find: 'Look up an entry',
		number: 'Log number',
		show: 'Show',
		outside: (size: number): string => `Please write a number from 0 to ${size - 1}.`,
		close: 'Close',
		entry: 'The entry, as it is in the log',
		checkpoint: 'The checkpoint, as it was served',
		types: {
			'directory@v1': 'Directory',
			'policy@v1': 'Rules',
			'partner@v1': 'Partner',
			'agency@v1': 'Agency admitted',
			'relay@v1': 'Relay',
			'recipient@v1': 'Letter recipient',
			'request@v1': 'Request',
			'request-end@v1': 'Request ended',
			'decision@v1': 'Decision',
			'custody@v1': 'Custody of a day'
		} as Readonly<Record<string, string>>
	},

	check: {
		title: 'How to check this',
		lead: 'These pages come from the operator. So here is what they check, what they cannot, and how to do without them.',
		does: 'What this browser checks',
		doesList: [
			'Each request is in the public log, and enough watchers signed that log.',
			'The agency and its locker signed it; a partner attested the agency.',
			'Its words are the ones that were signed.',
			'It keeps to the rules, under ceilings that are built into the page.',
			'The district’s list is current, and the one that the operator signed.'
		],
		cannot: 'What a browser cannot check',
		cannotList: [
			'That the page itself is honest. Whoever serves it could serve another one to you alone. A program from somebody else has not that weakness.',
			'That the watchers are independent people. Their names are below; ask them.',
			'That a request was left out. Another reader, or a mirror, would see a difference.'
		],
		trust: 'The trust file',
		trustText: 'It says which log and which watchers to believe. All checks hang on it.',
		came: 'This one came with the page, from the same server. Compare the keys below with a copy that you got in another way: on paper, by telephone, from a neighbour.',
		own: 'This one is your own. It stays in this browser.',
		origin: 'Log',
		logKey: 'Key of the log',
		watcher: 'Watcher',
		until: 'Trusted until',
		needed: 'Watchers needed',
		of: (k: number, n: number): string => `${k} of ${n}`,
		load: 'Use a trust file of your own',
		loadText: 'It is read here and sent nowhere.',
		choose: 'Trust file',
		back: 'Go back to the page’s own',
		used: 'Your trust file is in use.',
		bytes: 'Its bytes',
		without: 'Without these pages',
		withoutText: 'The porchlight program does the same from a terminal, and everything is served in published formats.',
		commands: [
			{ text: 'The log’s head, with the watchers’ signatures', code: '/log/checkpoint' },
			{ text: 'Who runs what', code: '/v1/directory' },
			{ text: 'Admitted agencies', code: '/v1/agencies.json' },
			{ text: 'Districts that have open requests', code: '/v1/districts.json' }
		]
	}
};

export type Messages = typeof en;
