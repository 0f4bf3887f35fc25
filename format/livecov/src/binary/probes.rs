//! Which functions are in the code of an image.
//!
//! The linker drops functions that nothing calls, and the compiler never makes code of generic ones that nobody uses; the meta
//! data have them all the same, because they are made of source. Symbols would not tell which are there: what was inlined has
//! none. Probes do, since each names its counter by address in machine code of one form (`docs/ABI.md`), wherever the code
//! of a function has gone.
//!
//! | | x86-64 | aarch64 |
//! |---|---|---|
//! | `set` | `80 3d` *distance* `00` (compare), `c6 05` *distance* `01` (store) | `adrp`, `ldrb` |
//! | `count`, `atomic` | `48 ff 05` *distance* | `adrp`, `ldr`; `atomic` has no form of its own |
//!
//! Compilers make instructions of these forms as well, and others, from the portable probes. So only packages count whose
//! descriptor says that they have no others. Bytes that look like a probe and are none make a function be there that is not,
//! never the other way round: no form is a relaxation of the linker's, and each byte may be the first of an instruction.
//! A linker that works around a fault of the Cortex-A53 makes `adr` of `adrp`, which is looked for, too.

use super::image::{Image, ImagePackage};
use object::elf::{EM_AARCH64, EM_X86_64};

/// For each function of each package, whether code of it is in the image: none for a function without counters, and for a
/// package whose probes may have other forms.
#[must_use]
pub fn find_functions(image: &Image<'_>) -> Vec<Option<Vec<Option<bool>>>> {
    let probes = find_probes(image);
    let packages = image.packages.iter().enumerate();
    let functions = packages.map(|(number, package)| {
        let probes = probes.as_ref()?.get(number).filter(|_| package.has_known_probes)?;
        functions(package, probes)
    });
    functions.collect()
}

/// The functions by their numbers in the blob; none if the prologues do not go with the counters.
fn functions(package: &ImagePackage<'_>, probes: &[bool]) -> Option<Vec<Option<bool>>> {
    let mut functions = vec![None; package.prologues.len()];
    let mut rest = probes;
    for prologue in package.prologues {
        let ([count, _, number], _) = prologue.as_chunks::<4>() else { return None };
        let [count, number] = [count, number].map(|word| usize::try_from(u32::from_le_bytes(*word)).ok());
        let own = rest.split_off(..count?)?;
        *functions.get_mut(number?)? = (!own.is_empty()).then(|| own.contains(&true));
    }
    rest.is_empty().then_some(functions)
}

/// For each counter of each package, whether a probe of it is in the code; none if this machine's code is not known.
fn find_probes(image: &Image<'_>) -> Option<Vec<Vec<bool>>> {
    let scan: fn(&[u8], u64, &mut dyn FnMut(u64)) = match image.elf.machine() {
        EM_X86_64 => scan_x86_64,
        EM_AARCH64 => scan_aarch64,
        _ => return None,
    };
    let mut slabs = Slabs::new(&image.packages);
    for (address, code) in image.elf.code() {
        scan(code, address, &mut |target| slabs.mark(target));
    }
    Some(slabs.found)
}

/// The counters of all packages by address.
struct Slabs {
    /// Address behind the slab, address of it, bytes of a counter, number of the package; by the first.
    ranges: Vec<[u64; 4]>,
    found: Vec<Vec<bool>>,
}

impl Slabs {
    fn new(packages: &[ImagePackage<'_>]) -> Self {
        let width = |package: &ImagePackage<'_>| if package.mode.unites() { 1 } else { 8 };
        let range = |(number, package): (u64, &ImagePackage<'_>)| {
            let len = package.counter_count.saturating_mul(width(package));
            [package.slab.saturating_add(len), package.slab, width(package), number]
        };
        let mut ranges: Vec<[u64; 4]> = (0..).zip(packages).map(range).collect();
        ranges.sort_unstable();
        // As many counters as units, which the blob has to have room for.
        let count =
            |package: &ImagePackage<'_>| usize::try_from(package.counter_count).unwrap_or(0).min(package.blob.len());
        let found = packages.iter().map(|package| vec![false; count(package)]).collect();
        Self { ranges, found }
    }

    fn mark(&mut self, target: u64) {
        let place = self.ranges.partition_point(|[behind, ..]| *behind <= target);
        let Some([_, start, width, number]) = self.ranges.get(place).copied() else { return };
        let Some(offset) = target.checked_sub(start).filter(|offset| offset % width == 0) else { return };
        let [number, counter] = [number, offset / width].map(|number| usize::try_from(number).unwrap_or(usize::MAX));
        if let Some(found) = self.found.get_mut(number).and_then(|found| found.get_mut(counter)) {
            *found = true;
        }
    }
}

/// Calls `meet` with the address that each instruction of a probe's form names.
fn scan_x86_64(code: &[u8], address: u64, meet: &mut dyn FnMut(u64)) {
    for (place, window) in (0u64..).zip(code.array_windows::<7>()) {
        let distance = match window {
            [0x80, 0x3d, a, b, c, d, 0x00] | [0xc6, 0x05, a, b, c, d, 0x01] | [0x48, 0xff, 0x05, a, b, c, d] => {
                [*a, *b, *c, *d]
            }
            _ => continue,
        };
        // It counts from the end of the instruction.
        let end = address.wrapping_add(place).wrapping_add(7);
        meet(end.wrapping_add_signed(i64::from(i32::from_le_bytes(distance))));
    }
}

/// The same for pairs of instructions: the page of the counter, and a load with the place in it.
fn scan_aarch64(code: &[u8], address: u64, meet: &mut dyn FnMut(u64)) {
    let words = code.as_chunks::<4>().0;
    let instructions = words.iter().map(|word| u32::from_le_bytes(*word));
    for (place, (first, second)) in (0u64..).zip(instructions.clone().zip(instructions.skip(1))) {
        // `adrp`, and `adr`, which names bytes.
        let unit = match first & 0x9f00_0000 {
            0x9000_0000 => 0x1000,
            0x1000_0000 => 1,
            _ => continue,
        };
        // Loads of a byte and of eight, without sign, with the place in units of what is loaded.
        let width = match second & 0xffc0_0000 {
            0x3940_0000 => 1,
            0xf940_0000 => 8,
            _ => continue,
        };
        if (second >> 5) & 31 != first & 31 {
            continue;
        }
        let units = ((first >> 5) & 0x7_ffff) << 2 | (first >> 29) & 3;
        // 21 bits, with their sign.
        let distance = i64::from((units << 11).cast_signed() >> 11) * unit;
        let place = address.wrapping_add(4 * place);
        let page = if unit == 1 { place } else { place & !0xfff }.wrapping_add_signed(distance);
        meet(page.wrapping_add(u64::from((second >> 10) & 0xfff) * width));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scan: fn(&[u8], u64, &mut dyn FnMut(u64)), code: &[u8], expected: &[u64]) {
        let mut found = Vec::new();
        scan(code, 0x40_1000, &mut |target| found.push(target));
        assert_eq!(found, expected);
    }

    #[test]
    fn probes_of_x86_64() {
        // cmp byte ptr [rip + 0x10], 0
        check(scan_x86_64, &[0x80, 0x3d, 0x10, 0, 0, 0, 0, 0x90], &[0x40_1017]);
        // nop; mov byte ptr [rip - 1], 1
        check(scan_x86_64, &[0x90, 0xc6, 0x05, 0xff, 0xff, 0xff, 0xff, 1, 0x90], &[0x40_1007]);
        // lock inc qword ptr [rip + 0x1000]
        check(scan_x86_64, &[0xf0, 0x48, 0xff, 0x05, 0, 0x10, 0, 0, 0x90], &[0x40_2008]);
        // cmp with another number, and what is cut.
        check(scan_x86_64, &[0x80, 0x3d, 0x10, 0, 0, 0, 2, 0x90], &[]);
        check(scan_x86_64, &[0x80, 0x3d, 0x10], &[]);
        // The last instruction of all.
        check(scan_x86_64, &[0x48, 0xff, 0x05, 1, 0, 0, 0], &[0x40_1008]);
    }

    #[test]
    fn probes_of_aarch64() {
        let code = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
        // adrp x9, +2 pages; ldrb w8, [x9, #5]
        check(scan_aarch64, &code(&[0xd000_0009, 0x3940_1528]), &[0x40_3005]);
        // adrp x9, -1 page; ldr x8, [x9, #16]
        check(scan_aarch64, &code(&[0xd503_201f, 0xf0ff_ffe9, 0xf940_0928]), &[0x40_0010]);
        // adr x9, +8; ldr x8, [x9, #16]
        check(scan_aarch64, &code(&[0x1000_0049, 0xf940_0928]), &[0x40_1018]);
        // Another register.
        check(scan_aarch64, &code(&[0xd000_0009, 0x3940_1508]), &[]);
    }
}
