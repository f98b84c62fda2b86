/* What leaves a home: the sealed bag, read as its receiver reads it. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "crypto/age.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "evidence/bag.h"
#include "home/home_inner.h"
#include "protocol/doc.h"
#include "protocol/share.h"

#define ORIGIN "test.example/log"
#define CLIP "the bytes of a clip"

static char dir[] = "/tmp/porchlight-seal-XXXXXX";
static struct age_identity *identity;
static struct home_clips clips;
static struct home_net net;

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL || age_identity_new(&identity) != ST_OK)
		return -1;
	(void)snprintf(net.trust.origin, sizeof(net.trust.origin), ORIGIN);
	clips.n = 1;
	clips.fds[0] = open(dir, O_TMPFILE | O_RDWR, 0600);
	clips.times = calloc(1, sizeof(*clips.times));
	(void)snprintf(clips.files[0], sizeof(clips.files[0]), "1.mp4");
	clips.times->n = 1;
	clips.times->v[0] = (struct share_clip){ .file = "1.mp4",
		.source = "stated",
		.start = 1000,
		.end = 1010,
		.error_s = 60 };
	return file_put(clips.fds[0], CLIP, strlen(CLIP)) == ST_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	home_clips_fini(&clips);
	age_identity_free(&identity);
	return rmdir(dir);
}

/* A pass whose nonce is its one-time key's, as a token must have it. */
static void
make_pass(struct home_pass *p)
{
	struct onetime one;

	memset(p, 0, sizeof(*p));
	random_bytes(&p->token, sizeof(p->token));
	random_bytes(p->secret, sizeof(p->secret));
	onetime_derive(p->secret, &one);
	memcpy(p->token.nonce, one.nonce, sizeof(one.nonce));
}

static void
seal(struct home_pass *p, struct home_submission *x, struct buf *file)
{
	char recipient[AGE_RECIPIENT_TEXT], path[64];
	struct age_recipient to;
	struct diag d = { 0 };

	make_pass(p);
	*x = (struct home_submission){ .locker = "locker.example" };
	random_id(&x->request);
	age_identity_recipient(identity, &to);
	age_recipient_text(&to, recipient);
	(void)snprintf(path, sizeof(path), "%s/x.age", dir);
	assert_int_equal(home_seal(&net, recipient, &clips, "By the street.", p,
			     path, x, &d),
	    ST_OK);
	buf_init(file, 1 << 20);
	assert_int_equal(file_read(path, file, &d), ST_OK);
	assert_int_equal(unlink(path), 0);
}

static void
the_receiver_reads_a_valid_bag(void **state)
{
	static const struct bag_sink nothing = { 0 };
	struct home_submission x;
	struct home_pass pass;
	struct bag_reader *r = bag_reader_new(&nothing, NULL);
	struct buf file, tar;
	struct diag d = { 0 };
	struct doc *doc = NULL;
	struct share share;
	uint8_t manifest[32];

	(void)state;
	seal(&pass, &x, &file);
	buf_init(&tar, 1 << 20);
	assert_int_equal(
	    age_open_file(identity, file.p, file.n, &tar, &d), ST_OK);
	assert_int_equal(bag_feed(r, tar.p, tar.n, &d), ST_OK);
	assert_int_equal(bag_end(r, &d), ST_OK);
	assert_int_equal(
	    doc_open(bag_note(r).p, bag_note(r).n, ORIGIN, &doc, &d), ST_OK);
	/* This checks the one-time key's signature and the token's nonce. */
	assert_int_equal(share_parse(doc, &share, &d), ST_OK);
	assert_true(id_equal(&share.request, &x.request));
	assert_string_equal(share.locker, "locker.example");
	bag_manifest_hash(r, manifest);
	assert_memory_equal(share.manifest, manifest, sizeof(manifest));
	assert_memory_equal(&share.token, &pass.token, sizeof(share.token));
	doc_free(&doc);
	bag_reader_free(&r);
	buf_fini(&tar);
	buf_fini(&file);
}

static void
size_and_hash_are_those_of_the_ciphertext(void **state)
{
	struct home_submission x;
	struct home_pass pass;
	uint8_t hash[HASH_BYTES];
	struct buf file;

	(void)state;
	seal(&pass, &x, &file);
	hash_sha256(file.p, file.n, hash);
	assert_int_equal(x.size, file.n);
	assert_memory_equal(x.hash, hash, sizeof(hash));
	buf_fini(&file);
}

static void
nobody_else_can_read_it(void **state)
{
	struct age_identity *other = NULL;
	struct home_submission x;
	struct home_pass pass;
	struct buf file, tar;

	(void)state;
	seal(&pass, &x, &file);
	buf_init(&tar, 1 << 20);
	assert_int_equal(age_identity_new(&other), ST_OK);
	assert_int_equal(
	    age_open_file(other, file.p, file.n, &tar, NULL), ST_NOTFOUND);
	assert_null(memmem(file.p, file.n, CLIP, strlen(CLIP)));
	age_identity_free(&other);
	buf_fini(&tar);
	buf_fini(&file);
}

static void
a_wrong_recipient_leaves_no_file(void **state)
{
	struct home_submission x = { .locker = "locker.example" };
	struct home_pass pass;
	struct stat sb;
	char path[64];

	(void)state;
	make_pass(&pass);
	(void)snprintf(path, sizeof(path), "%s/y.age", dir);
	assert_int_equal(home_seal(&net, "age1nonsense", &clips, NULL, &pass,
			     path, &x, NULL),
	    ST_INVALID);
	assert_int_not_equal(stat(path, &sb), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_receiver_reads_a_valid_bag),
		cmocka_unit_test(size_and_hash_are_those_of_the_ciphertext),
		cmocka_unit_test(nobody_else_can_read_it),
		cmocka_unit_test(a_wrong_recipient_leaves_no_file),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
