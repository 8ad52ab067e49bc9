#include "../CMPI/handles.h"
