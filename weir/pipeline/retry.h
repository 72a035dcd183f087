// What a target could not take whole, to be loaded again: inputs that failed, that have rejects, or
// that a retry which was stopped has begun.
//
// An input stands as the newest run left it that read it, whatever the declaration of that run: the
// declaration that is mended now has another hash.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/extract/declaration.h"
#include "weir/pipeline/input_set.h"
#include "weir/target/target.h"

namespace weir::pipeline {

// Lists the inputs of `target` to load again; with `given` only those of them. Inputs are sought
// where the manifest says they were, and read with the declaration as it is now.
//
// Errors: not_found  an input is gone, or the declaration has no such source any more;
//         usage      an entity with write = "append" would get rows of an input twice.
Result<std::vector<RunInput>> list_inputs_to_retry(target::Target& target,
                                                   const extract::Declaration& declaration,
                                                   const GivenInputs& given,
                                                   const store::InputLimits& limits);

}  // namespace weir::pipeline
