/* failure: the installation did not answer (status 0), or not with 2xx. */
export class Failure extends Error {
	readonly status: number;

	constructor(status: number, detail: string) {
		super(detail);
		this.name = 'Failure';
		this.status = status;
	}
}
