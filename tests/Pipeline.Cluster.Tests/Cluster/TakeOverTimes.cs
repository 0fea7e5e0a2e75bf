using System.Globalization;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>
/// For each node that was struck: from then to the first delivery of a message that it held. Whoever is dead, frozen or cut off delivers nothing that the journal
/// knows, so it is another one's.
/// </summary>
internal sealed class TakeOverTimes
{
    private readonly List<TimeSpan> _times = [];

    /// <summary>Strikes whose node held nothing, or nothing that was still to be delivered.</summary>
    public int WithoutFigure { get; private set; }

    public int Count => _times.Count;

    public TimeSpan? Median => _times.Count == 0 ? null : _times.Order().ElementAt(_times.Count / 2);

    public TimeSpan? Worst => _times.Count == 0 ? null : _times.Max();

    public void Add(TimeSpan? time)
    {
        if (time is { } figure)
        {
            _times.Add(figure);
        }
        else
        {
            WithoutFigure++;
        }
    }

    public override string ToString() =>
        Count + WithoutFigure == 0 ? "no such round"
        : string.Create(CultureInfo.InvariantCulture, $"median {Seconds(Median)}, worst {Seconds(Worst)}, of {Count} ({WithoutFigure} more held nothing that was still to be delivered)");

    /// <summary>As text with its unit.</summary>
    public static string Seconds(TimeSpan? time) => time is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known.TotalSeconds:0.00} s") : "-";
}
