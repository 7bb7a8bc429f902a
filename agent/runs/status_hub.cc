#include "agent/runs/status_hub.h"

#include <utility>

#include "agent/base/error.h"
#include "agent/runs/stopping.h"

namespace brant {

StatusHub::Latest StatusHub::Subscription::latest() const {
  absl::MutexLock lock(&group_->mutex);
  return group_->latest;
}

std::unique_ptr<StatusHub::Subscription> StatusHub::Subscribe(std::shared_ptr<const Bundle> bundle,
                                                              std::function<void()> listener) {
  std::shared_ptr<Group> group;
  bool is_new = false;
  {
    absl::MutexLock lock(&mutex_);
    std::weak_ptr<Group>& shared = groups_[bundle->digest];
    group = shared.lock();
    is_new = group == nullptr;
    if (is_new) {
      group = std::make_shared<Group>();
      group->bundle = std::move(bundle);
      shared = group;
    }
    if (stopped_) {
      absl::MutexLock group_lock(&group->mutex);
      group->latest = {nullptr, StoppingError(), /*stopped=*/true};
    }
  }
  auto subscription = std::unique_ptr<Subscription>(new Subscription(std::move(group)));
  subscription->listener_ = subscription->group_->listeners.Add(std::move(listener));
  if (is_new) worker_.Post([this] { Begin(); });
  return subscription;
}

std::vector<std::shared_ptr<StatusHub::Group>> StatusHub::LiveGroups() {
  absl::MutexLock lock(&mutex_);
  std::vector<std::shared_ptr<Group>> groups;
  for (auto entry = groups_.begin(); entry != groups_.end();) {
    if (auto group = entry->second.lock()) {
      groups.push_back(std::move(group));
      ++entry;
    } else {
      groups_.erase(entry++);
    }
  }
  return groups;
}

void StatusHub::Begin() {
  if (!looking_) {
    looking_ = true;
    return Look();
  }
  // What the last look saw is not older than the interval.
  for (const auto& group : LiveGroups()) {
    if (group->change != 0) continue;
    Update(*group);
    group->listeners.Notify();
  }
}

void StatusHub::Look() {
  if (LiveGroups().empty()) {
    looking_ = false;
    return;
  }
  const absl::StatusOr<bool> changed = reader_.Look();
  error_ = changed.status();
  if (changed.ok() && (*changed || change_ == 0)) ++change_;
  for (const auto& group : LiveGroups()) {
    Update(*group);
    group->listeners.Notify();
  }
  worker_.PostAfter(interval_, [this] { Look(); });
}

void StatusHub::Update(Group& group) {
  std::shared_ptr<const BundleStatus> known;
  {
    absl::MutexLock lock(&group.mutex);
    known = group.latest.status;
  }
  absl::Status error = error_;
  if (error.ok() && group.change != change_) {
    absl::StatusOr<std::shared_ptr<const BundleStatus>> status = reader_.Compare(group.bundle);
    error = status.status();
    if (status.ok()) {
      group.change = change_;
      const bool same = known != nullptr &&
                        known->status.SerializeAsString() == (*status)->status.SerializeAsString();
      if (!same) known = *std::move(status);
    }
  }
  absl::MutexLock lock(&group.mutex);
  if (!group.latest.stopped) group.latest = {std::move(known), std::move(error)};
}

void StatusHub::Poke() {
  for (const auto& group : LiveGroups()) group->listeners.Notify();
}

void StatusHub::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  for (const auto& group : LiveGroups()) {
    {
      absl::MutexLock lock(&group->mutex);
      group->latest.error = StoppingError();
      group->latest.stopped = true;
    }
    group->listeners.Notify();
  }
}

}  // namespace brant
