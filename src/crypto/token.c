#include "crypto/token.h"
