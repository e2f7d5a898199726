#pragma once

#include <array>
#include <cstddef>
#include <optional>

// The last N values, oldest first.
template <typename T, std::size_t N> class Ring {
public:
  void push(T value) {
    values_[(start_ + size_) % N] = value;
    if (size_ < N) {
      ++size_;
    } else {
      start_ = (start_ + 1) % N;
    }
  }

  std::optional<T> pop() {
    if (size_ == 0) {
      return std::nullopt;
    }
    T value = values_[start_];
    start_ = (start_ + 1) % N;
    --size_;
    return value;
  }

  [[nodiscard]] std::size_t size() const { return size_; }

private:
  std::array<T, N> values_{};
  std::size_t start_ = 0;
  std::size_t size_ = 0;
};
