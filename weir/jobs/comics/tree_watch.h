// TreeWatch: waits until something changes in folders that it was told of.
//
// By inotify (inotify(7)): what other machines do to a network disk is not seen, and the system
// allows so many folders and no more; so whoever waits looks for himself from time to time.
//
// Threads: one at a time; the stop token from any.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include "weir/base/result.h"
#include "weir/base/types.h"

struct inotify_event;

namespace weir::comics {

class TreeWatch {
 public:
  enum class Event { changed, timeout, stopped };

  // `own_file`: the database, which may lie in a watched folder: it and its neighbours, whose names
  // begin with its own, do not count. Errors: io  the system gives no inotify.
  static Result<TreeWatch> open(const std::string& own_file);
  TreeWatch(TreeWatch&& other) noexcept;
  TreeWatch& operator=(TreeWatch&&) = delete;
  ~TreeWatch();

  // The names in `folder`, and what is written to its comics. A folder that is watched already
  // stays so. One that the system does not allow is left out, which is logged once.
  void add(const std::string& folder);

  // Returns at the first change, and forgets those that came with it; at most after 24 days.
  Event wait(std::chrono::milliseconds at_most, const std::stop_token& stop);

 private:
  TreeWatch(int inotify, int wake, std::string own_name)
      : inotify_(inotify), wake_(wake), own_name_(std::move(own_name)) {}
  bool take_changes();
  bool counts(const inotify_event& event) const;

  int inotify_;
  int wake_;  // an eventfd that a stop writes to
  std::string own_name_;
  bool is_full_ = false;
};

}  // namespace weir::comics
