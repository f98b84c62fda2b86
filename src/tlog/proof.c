#include "tlog/proof.h"
