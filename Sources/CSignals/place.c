// The name of the function that an address of this program is in, read from the program's own file.
#define _GNU_SOURCE
#include "internal.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// The linker's: where the program lies in memory.
extern const char __executable_start[], etext[];

static int is_own(const void *address) {
    return (const char *)address >= __executable_start && (const char *)address < etext;
}

/// The symbol of the function at `offset` in `file`, of `count` bytes, an ELF file that is not trusted to be one.
static const char *symbol(const char *file, size_t count, size_t offset) {
    const ElfW(Ehdr) *header = (const void *)file;
    if (count < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return NULL;
    // A program that is always at the same addresses has those in its file.
    if (header->e_type == ET_EXEC) offset += (size_t)__executable_start;
    if (header->e_shoff > count || (count - header->e_shoff) / sizeof(ElfW(Shdr)) < header->e_shnum) return NULL;
    const ElfW(Shdr) *sections = (const void *)(file + header->e_shoff);
    for (int i = 0; i < header->e_shnum; i++) {
        if (sections[i].sh_type != SHT_SYMTAB || sections[i].sh_link >= header->e_shnum) continue;
        const ElfW(Shdr) *names = &sections[sections[i].sh_link];
        if (sections[i].sh_offset > count || count - sections[i].sh_offset < sections[i].sh_size) return NULL;
        if (names->sh_offset > count || count - names->sh_offset < names->sh_size || names->sh_size == 0) return NULL;
        const ElfW(Sym) *symbols = (const void *)(file + sections[i].sh_offset);
        for (size_t j = 0; j < sections[i].sh_size / sizeof *symbols; j++) {
            if ((symbols[j].st_info & 15) != STT_FUNC || symbols[j].st_name >= names->sh_size) continue;
            if (offset >= symbols[j].st_value && offset - symbols[j].st_value < symbols[j].st_size)
                return file + names->sh_offset + symbols[j].st_name;
        }
    }
    return NULL;
}

/// Adds a symbol as people read it: of one that Swift has mangled the first names, such as Training.Trainer.run.
static void add_symbol(struct cs_line *line, const char *symbol) {
    if (strncmp(symbol, "$s", 2) != 0) {
        cs_add(line, symbol);
        return;
    }
    int names = 0;
    for (const char *rest = symbol + 2; *rest && names < 4;) {
        size_t length = 0;
        if (*rest >= '1' && *rest <= '9')
            while (*rest >= '0' && *rest <= '9' && length < 1000) length = 10 * length + (size_t)(*rest++ - '0');
        if (length == 0) {
            rest++;
            continue;
        }
        length = strnlen(rest, length);
        // What is private to a file has a digest for a name.
        if (*rest != '_') {
            if (names++ > 0) cs_add(line, ".");
            cs_add_bytes(line, rest, length);
        }
        rest += length;
    }
}

void cs_add_address(struct cs_line *line, const void *address) {
    cs_add(line, is_own(address) ? " in frontprop+" : " in ");
    cs_add_hexadecimal(line, (unsigned long)((const char *)address - (is_own(address) ? __executable_start : NULL)));
}

void cs_add_place(struct cs_line *line, void *const *addresses, int count) {
    if (count == 0) return;
    cs_add(line, " in ");
    if (!is_own(addresses[0])) {
        Dl_info library = {0};
        const char *base = NULL;
        if (dladdr(addresses[0], &library) && library.dli_fname && library.dli_fname[0]) {
            const char *slash = strrchr(library.dli_fname, '/');
            cs_add(line, slash ? slash + 1 : library.dli_fname);
            cs_add(line, "+");
            base = library.dli_fbase;
        }
        cs_add_hexadecimal(line, (unsigned long)((const char *)addresses[0] - base));
    }
    for (int i = 0; i < count; i++) {
        if (!is_own(addresses[i])) continue;
        if (i > 0) cs_add(line, ", called by ");
        // A caller's address is that of the instruction after the call.
        size_t offset = (size_t)((const char *)addresses[i] - __executable_start) - (i > 0);
        int descriptor = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        struct stat status;
        const char *name = NULL;
        if (descriptor >= 0 && fstat(descriptor, &status) == 0) {
            void *file = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
            if (file != MAP_FAILED) name = symbol(file, (size_t)status.st_size, offset);
        }
        if (name) {
            add_symbol(line, name);
            cs_add(line, ", ");
        }
        cs_add(line, "frontprop+");
        cs_add_hexadecimal(line, offset);
        return;
    }
}
