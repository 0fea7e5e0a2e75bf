using System.ComponentModel;
using System.Reflection;
using System.Text;

namespace Pipeline.Faults;

/// <summary>What the list of crash points says of each.</summary>
public static class CrashPoints
{
    private static readonly Dictionary<string, CrashPoint> ByName = Enum.GetValues<CrashPoint>().ToDictionary(static point => point.Name, StringComparer.Ordinal);

    extension(CrashPoint point)
    {
        /// <summary>As it is written in <see cref="Crash.Variable"/> and in documents.</summary>
        public string Name => Spelled(point.ToString());

        /// <summary>The part of a message's way: accept, route, deliver or takeover.</summary>
        public string Phase => point.Name[..point.Name.IndexOf('.', StringComparison.Ordinal)];

        /// <summary>What is durable there, in a sentence or two.</summary>
        public string Durable => typeof(CrashPoint).GetField(point.ToString())!.GetCustomAttribute<DescriptionAttribute>()!.Description;
    }

    public static bool TryParse(string name, out CrashPoint point) => ByName.TryGetValue(name, out point);

    private static string Spelled(string identifier)
    {
        var name = new StringBuilder();
        foreach (var letter in identifier)
        {
            name.Append(char.IsAsciiLetterUpper(letter) && name.Length > 0 ? "." : "").Append(char.ToLowerInvariant(letter));
        }

        return name.ToString();
    }
}
