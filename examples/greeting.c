/* What greeting.recipe makes a package of. */
#include <stdio.h>

int
main(void)
{
  return puts("hello from a package") < 0;
}
