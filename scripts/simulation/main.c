// The entry point of one simulated rank: SMPI gives each rank its own arguments, which are not the process's.
void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int count);
int Command_main(int count, char **arguments);

int main(int count, char **arguments) {
    _swift_stdlib_overrideUnsafeArgvArgc(arguments, count);
    return Command_main(count, arguments);
}
