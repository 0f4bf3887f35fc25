unsigned slib_f(unsigned x);
int main(void) { return (int)slib_f(0) - 1; }
