using System.Globalization;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>Which recipient at the next hop gets which answer.</summary>
internal static class SinkAnswers
{
    /// <summary>By token. Six of ten are taken at first, two later, and two never.</summary>
    private static readonly SinkAnswer[] Mix =
    [
        SinkAnswer.Far, SinkAnswer.Slow, SinkAnswer.Later, SinkAnswer.Far, SinkAnswer.Gone, SinkAnswer.Slow, SinkAnswer.Busy, SinkAnswer.Far, SinkAnswer.Slow, SinkAnswer.Unwanted,
    ];

    /// <summary>The local part of a token's recipient at the next hop.</summary>
    public static string LocalPartOf(int token) => string.Create(CultureInfo.InvariantCulture, $"{Mix[token % Mix.Length]}-{token}").ToLowerInvariant();

    /// <param name="address">With or without what stands around it in a command.</param>
    public static SinkAnswer Of(string address) =>
        Enum.GetValues<SinkAnswer>().FirstOrDefault(answer => address.Contains($"{answer}-", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether such a recipient fails for good.</summary>
    public static bool IsFinal(SinkAnswer answer) => answer is SinkAnswer.Gone or SinkAnswer.Unwanted;
}
