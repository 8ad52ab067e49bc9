// e^h_q / Σ_r e^h_r of a sample's sums, and beside it the logarithm, h_q - max - ln Σ_r e^(h_r - max): of an output too small
// for a number it is one still. Σ is one chain by ascending unit.
LAYER_LOOP(softmax) {
    for (size_t s = 0; s < stride; s += LANES) {
        vec largest = load(sums + s) + splat(bias[0]), sum = {0};
        for (size_t q = 1; q < n; q++) {
            const vec h = load(sums + q * stride + s) + splat(bias[q]);
            largest = choose(h > largest, h, largest);
        }
        for (size_t q = 0; q < n; q++) {
            const vec h = load(sums + q * stride + s) + splat(bias[q]) - largest;
            vec power = h;
            exponential(&power);
            sum += power;
            store(activation + q * stride + s, power);
            store(beside + q * stride + s, h);
        }
        vec logarithm_of_sum = sum;
        logarithm(&logarithm_of_sum);
        for (size_t q = 0; q < n; q++) {
            store(activation + q * stride + s, load(activation + q * stride + s) / sum);
            store(beside + q * stride + s, load(beside + q * stride + s) - logarithm_of_sum);
        }
    }
}
