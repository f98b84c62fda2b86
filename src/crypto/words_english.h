/* words_english: the BIP-39 word list that crypto/words.c reads and writes. */
#ifndef CRYPTO_WORDS_ENGLISH_H
#define CRYPTO_WORDS_ENGLISH_H

#define WORDS_ENGLISH 2048

/* Sorted, lower-case, 3 to 8 letters each. */
extern const char *const words_english[WORDS_ENGLISH];

#endif /* !CRYPTO_WORDS_ENGLISH_H */
