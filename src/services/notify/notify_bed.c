#include "notify_bed.h"
