"""Ed25519 (RFC 8032) in plain Python, for tests that must sign anything.

Slow and not constant in time: for keys of tests alone.
"""

import hashlib

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
I = pow(2, (P - 1) // 4, P)


def add(a, b):
    """Extended coordinates: x = X/Z, y = Y/Z, xy = T/Z."""
    m = (a[1] - a[0]) * (b[1] - b[0]) % P
    n = (a[1] + a[0]) * (b[1] + b[0]) % P
    c = 2 * a[3] * b[3] * D % P
    d = 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(s, a):
    total = (0, 1, 1, 0)
    while s > 0:
        if s & 1:
            total = add(total, a)
        a = add(a, a)
        s >>= 1
    return total


def compress(a):
    z = pow(a[2], P - 2, P)
    x, y = a[0] * z % P, a[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def base():
    y = 4 * pow(5, P - 2, P) % P
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P)
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * I % P
    if x & 1:
        x = P - x
    return x, y, 1, x * y % P


B = base()


def expand(seed):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little")
    return (a & ((1 << 254) - 8)) | 1 << 254, h[32:]


def public(seed):
    return compress(multiply(expand(seed)[0], B))


def sign(seed, message):
    a, prefix = expand(seed)
    pub = compress(multiply(a, B))
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(),
                       "little") % Q
    big_r = compress(multiply(r, B))
    h = int.from_bytes(hashlib.sha512(big_r + pub + message).digest(),
                       "little") % Q
    return big_r + ((r + h * a) % Q).to_bytes(32, "little")
