#include "crypto/blindrsa.h"
