/*
 * session: the trust file that this page goes by.
 *
 * The one at /trust.json came from the same server as the page, so it proves
 * nothing against that server; the pages say so.  A person may bring another,
 * which stays in this browser.
 */
import { readTrust, type Trust } from '../core/trust.ts';
import { getAbout, getText, type About } from './api.ts';

const KEY = 'porchlight.trust';

export interface TrustState {
	readonly trust: Trust;
	readonly text: string;
	/* Brought by the person, not by the page. */
	readonly own: boolean;
}

function stored(): string | null {
	try {
		return localStorage.getItem(KEY);
	} catch {
		return null;
	}
}

class Session {
	#attempt = $state(0);
	about = $state<About>({ name: '', demo: false, notices: [] });
	trust: Promise<TrustState> = $derived(this.#read(this.#attempt));

	constructor() {
		void this.#ask();
	}

	/* Banners only: where it fails, pages say what else failed. */
	async #ask(): Promise<void> {
		try {
			this.about = await getAbout();
		} catch {
			return;
		}
	}

	async #read(_attempt: number): Promise<TrustState> {
		const own = stored();
		const text = own ?? (await getText('/trust.json'));
		return { trust: await readTrust(text), text, own: own !== null };
	}

	/* Use text from now on; a Refusal where it is no trust file. */
	async use(text: string): Promise<void> {
		await readTrust(text);
		try {
			localStorage.setItem(KEY, text);
		} finally {
			this.#attempt++;
		}
	}

	/* Go back to the one that comes with the page. */
	forget(): void {
		try {
			localStorage.removeItem(KEY);
		} finally {
			this.#attempt++;
		}
	}

	again(): void {
		this.#attempt++;
	}
}

export const session = new Session();
