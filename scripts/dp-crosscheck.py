"""Compares prio-bench noise with OpenDP and dp-accounting. scripts/dp-crosscheck runs it."""

import math
import os
import subprocess
import sys
from fractions import Fraction

import dp_accounting
import numpy
import opendp.prelude as opendp
from dp_accounting import pld, rdp
from dp_accounting.pld import privacy_loss_mechanism as losses
from scipy import stats

BENCH = os.environ["PRIO_BENCH"]
DRAWS = 400_000
# Each χ² test fails by chance once in 10,000 runs. OpenDP draws afresh each time.
LEVEL = 1e-4
failures = 0


def report(name, passed, detail):
    global failures
    failures += not passed
    print(f"{'ok  ' if passed else 'FAIL'}  {name}: {detail}", flush=True)


def bench(*arguments):
    command = [BENCH, "noise", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


# Distributions


def cells(draws, at_least):
    """Bounds of cells that hold at least so many of the draws each: single numbers where they do."""
    values, counts = numpy.unique(draws, return_counts=True)
    bounds, gathered, left = [], 0, len(draws)
    for value, count in zip(values, counts):
        gathered += count
        left -= count
        if gathered >= at_least and left >= at_least:
            bounds.append(value)
            gathered = 0
    return numpy.array(bounds)


def against_masses(draws, cdf):
    bounds = cells(draws, len(draws) // 80)
    observed = numpy.bincount(numpy.searchsorted(bounds, draws), minlength=len(bounds) + 1)
    below = numpy.concatenate([[0], [float(cdf(bound)) for bound in bounds], [1]])
    return stats.chisquare(observed, numpy.diff(below) * len(draws), sum_check=False).pvalue


def against_draws(draws, others):
    bounds = cells(numpy.concatenate([draws, others]), len(draws) // 40)
    table = [numpy.bincount(numpy.searchsorted(bounds, some), minlength=len(bounds) + 1) for some in (draws, others)]
    return stats.chi2_contingency(table).pvalue


def opendp_draws(kind, scale):
    domain = opendp.vector_domain(opendp.atom_domain(T=int))
    if kind == "laplace":
        mechanism = opendp.m.make_laplace(domain, opendp.l1_distance(T=int), scale)
    else:
        mechanism = opendp.m.make_gaussian(domain, opendp.l2_distance(T=int), scale)
    return numpy.array(mechanism([0] * DRAWS))


def compare_distributions():
    for kind, deviations in {
        "laplace": ["1", "10", "2/3", "1000000007/3000001", "1000000"],
        "gaussian": ["2", "1/2", "10", "1171/500", "100"],
    }.items():
        for seed, text in enumerate(deviations):
            scale = Fraction(text)
            parameter = scale if kind == "laplace" else scale * scale
            ours = numpy.array(bench("--" + kind, parameter, "--print", DRAWS, "--seed", seed), dtype=numpy.int64)
            name = f"{kind}, {'scale' if kind == 'laplace' else 'standard deviation'} {text}"
            if kind == "laplace":
                law = losses.DiscreteLaplacePrivacyLoss(1 / float(scale)).noise_cdf
            else:
                law = losses.DiscreteGaussianPrivacyLoss(float(scale)).noise_cdf
            p = against_masses(ours, law)
            report(f"{name}, dp-accounting's masses", p > LEVEL, f"χ² p = {p:.3f}")
            p = against_draws(ours, opendp_draws(kind, float(scale)))
            report(f"{name}, OpenDP's draws", p > LEVEL, f"χ² p = {p:.3f}")
    # The comparison itself: a scale that is 1% off must not pass.
    ours = numpy.array(bench("--laplace", "101/10", "--print", DRAWS, "--seed", 9), dtype=numpy.int64)
    p = against_masses(ours, losses.DiscreteLaplacePrivacyLoss(0.1).noise_cdf)
    report("laplace, scale 10.1 against masses of scale 10 is noticed", p < LEVEL, f"χ² p = {p:.1e}")


# Conversion and composition

# Closely spaced around the best order, which is about 1 + √(ln(1/δ)/ρ).
def orders(rho, delta):
    best = math.sqrt(math.log(1 / delta) / rho)
    return [1 + best * 10 ** (step / 4000) for step in range(-6000, 6001)]


def our_epsilon(rho, releases, delta):
    return float(bench("--epsilon-of-rho", rho, "--releases", releases, "--delta", delta)[0])


def compare_conversion():
    for rho in ["0.000001", "0.001", "0.05", "0.125", "0.5", "1", "3", "10"]:
        for delta in [1e-3, 1e-6, 1e-9, 1e-12]:
            ours = our_epsilon(rho, 1, delta)
            grid = orders(float(rho), delta)
            google = rdp.compute_epsilon(grid, [order * float(rho) for order in grid], delta)[0]
            # Sensitivity 1 and this deviation are ρ-zCDP.
            mechanism = opendp.m.make_gaussian(
                opendp.atom_domain(T=int), opendp.absolute_distance(T=int), math.sqrt(1 / (2 * float(rho)))
            )
            profile = opendp.c.make_zCDP_to_approxDP(mechanism).map(1)
            other = profile.epsilon(delta)
            report(
                f"ε of ρ = {rho} at δ = {delta:g}",
                math.isclose(ours, google, rel_tol=1e-5, abs_tol=1e-7)
                and math.isclose(ours, other, rel_tol=1e-5, abs_tol=1e-7),
                f"{ours:.6g}, dp-accounting {google:.6g}, OpenDP {other:.6g}",
            )


def compare_composition():
    for rho, releases, delta in [("0.001", 30, 1e-9), ("0.05", 12, 1e-6), ("0.5", 4, 1e-9), ("0.125", 100, 1e-6)]:
        ours = our_epsilon(rho, releases, delta)
        event = dp_accounting.GaussianDpEvent(math.sqrt(1 / (2 * float(rho))))
        accountant = rdp.RdpAccountant(orders(float(rho) * releases, delta))
        accountant.compose(event, releases)
        google = accountant.get_epsilon(delta)
        exact = pld.PLDAccountant()
        exact.compose(event, releases)
        least = exact.get_epsilon(delta)
        report(
            f"{releases} releases of ρ = {rho} at δ = {delta:g}",
            math.isclose(ours, google, rel_tol=1e-5) and ours >= least * (1 - 1e-3),
            f"{ours:.6g}, dp-accounting by RDP {google:.6g}, at least {least:.6g} by its PLD",
        )
    for epsilon, releases in [(0.1, 30), (1.0, 5)]:
        event = dp_accounting.LaplaceDpEvent(1 / epsilon)
        exact = pld.PLDAccountant()
        exact.compose(event, releases)
        # Its distributions are cut off at 10^-15, so not at δ = 0.
        google = exact.get_epsilon(1e-12)
        one = opendp.m.make_laplace(opendp.atom_domain(T=int), opendp.absolute_distance(T=int), 1 / epsilon)
        other = opendp.c.make_composition([one] * releases).map(1)
        ours = epsilon * releases
        report(
            f"{releases} releases of ε = {epsilon}: their sum",
            math.isclose(ours, other, rel_tol=1e-9) and ours * 0.99 <= google <= ours * (1 + 1e-3),
            f"{ours:.6g}, OpenDP {other:.6g}, dp-accounting by PLD {google:.6g} at δ = 1e-12",
        )
        grid = [1.01, 1.5, 2, 4, 8, 16, 64, 256]
        accountant = rdp.RdpAccountant(grid)
        accountant.compose(event, releases)
        rho = epsilon * epsilon / 2 * releases
        worst = max(loss / (order * rho) for order, loss in zip(grid, accountant._rdp))
        name = f"{releases} releases of ε = {epsilon} are ½ε²-zCDP each"
        report(name, worst <= 1, f"Rényi losses at most {worst:.3f} of it")


if __name__ == "__main__":
    opendp.enable_features("contrib")
    compare_distributions()
    compare_conversion()
    compare_composition()
    print("all comparisons agree" if failures == 0 else f"{failures} comparisons failed")
    sys.exit(failures > 0)
