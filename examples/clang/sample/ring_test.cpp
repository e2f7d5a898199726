#include "ring.hpp"

#include <cstdio>

int main() {
  Ring<int, 3> ring;
  for (int value = 1; value <= 5; ++value) {
    ring.push(value);
  }
  const bool kept = ring.size() == 3 && ring.pop() == 3 && ring.pop() == 4 && ring.pop() == 5;
  const bool empty = !ring.pop().has_value();
  if (!kept || !empty) {
    std::puts("the ring does not keep the last three");
    return 1;
  }
  return 0;
}
