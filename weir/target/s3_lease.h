// S3Lease: one writer a target in an object store. An object that is replaced under conditions
// only, so that of two who want it one gets it, and that its holder renews while it lives.
//
//   weir lease 1
//   holder process 4711 on crane, run 20261121T040735-9f3a01c2
//   owner 5f0c…-boot 4026531836 4711 8812     boot, PID namespace, process and its start
//   id 6d0f…                                  of this holding
//   seconds 30                                 without renewal until it ends; 0: nobody holds it
//   renewal 12
//
// Its age is told by the server's clock alone. A holder that died on this machine is known to have
// died, and its lease is taken at once; that of another machine ends by itself. What protects a
// target in the end is the condition under which `current.json` is replaced: a holder that slept
// beyond its lease, and lost it, cannot publish.
//
// Threads: one at a time; a thread of its own renews it.
#pragma once

#include <memory>
#include <string>

#include "weir/store/s3_client.h"

namespace weir::target {

class S3Lease {
 public:
  // Errors: conflict  somebody else holds it, who is named with the run and how long it may last.
  static Result<std::unique_ptr<S3Lease>> take(std::shared_ptr<store::S3Client> client,
                                               store::S3Place place);
  // True while somebody, this process too, holds it.
  static Result<bool> is_held(store::S3Client& client, const store::S3Place& place);

  virtual ~S3Lease() = default;  // gives it back
  // Says which run holds it. Errors: conflict  it was lost.
  virtual Result<void> name_run(const std::string& run) = 0;
};

}  // namespace weir::target
