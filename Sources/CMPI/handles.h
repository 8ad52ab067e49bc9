// Handles are macros that cast: in Open MPI the address of a global, which Swift does not import, in MPICH an integer; and
// other MPIs give the error codes other types. Each accessor here returns one of them, by the same name for any MPI; two
// calls are other ones where ranks are simulated. Nothing else belongs in this file.
//
// The modules CMPI and CMPICH both are this file, each with the mpi.h that pkg-config finds for it.

#ifndef FRONTPROP_HANDLES_H
#define FRONTPROP_HANDLES_H

// The C library first, so that its types are not those that an mpi.h with other feature macros would have.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <mpi.h>

static inline int cmpi_success(void) { return MPI_SUCCESS; }
static inline int cmpi_error_other(void) { return MPI_ERR_OTHER; }
static inline int cmpi_error_unknown(void) { return MPI_ERR_UNKNOWN; }

static inline MPI_Comm cmpi_comm_world(void) { return MPI_COMM_WORLD; }
static inline MPI_Comm cmpi_comm_null(void) { return MPI_COMM_NULL; }
static inline MPI_Request cmpi_request_null(void) { return MPI_REQUEST_NULL; }
static inline MPI_Win cmpi_win_null(void) { return MPI_WIN_NULL; }
static inline MPI_Status *cmpi_status_ignore(void) { return MPI_STATUS_IGNORE; }
static inline MPI_Errhandler cmpi_errors_return(void) { return MPI_ERRORS_RETURN; }
static inline MPI_Info cmpi_info_null(void) { return MPI_INFO_NULL; }
static inline void *cmpi_in_place(void) { return MPI_IN_PLACE; }

static inline MPI_Datatype cmpi_uint8(void) { return MPI_UINT8_T; }
static inline MPI_Datatype cmpi_int32(void) { return MPI_INT32_T; }
static inline MPI_Datatype cmpi_int64(void) { return MPI_INT64_T; }
static inline MPI_Datatype cmpi_uint64(void) { return MPI_UINT64_T; }
static inline MPI_Datatype cmpi_float(void) { return MPI_FLOAT; }
static inline MPI_Datatype cmpi_double(void) { return MPI_DOUBLE; }

static inline MPI_Op cmpi_sum(void) { return MPI_SUM; }
static inline MPI_Op cmpi_min(void) { return MPI_MIN; }
static inline MPI_Op cmpi_max(void) { return MPI_MAX; }
static inline MPI_Op cmpi_bitwise_or(void) { return MPI_BOR; }

// Under SimGrid's SMPI (scripts/simulate.sh) the clock is the simulated machine's, and a rank is a thread among others.
#ifdef SMPI_H
static inline int cmpi_monotonic_time(struct timespec *time) { return smpi_clock_gettime(CLOCK_MONOTONIC, time); }
static inline void cmpi_exit(int status) { smpi_exit(status); }
#else
static inline int cmpi_monotonic_time(struct timespec *time) { return clock_gettime(CLOCK_MONOTONIC, time); }
// Not `exit`: what libraries do at their end may wait for a thread that could not be made.
static inline void cmpi_exit(int status) { fflush(NULL); _exit(status); }
#endif

#endif
