namespace Pipeline.Mail.Scanning;

/// <summary>What a scan looks for. Nodes name it to each other: names are frozen.</summary>
public enum ScanKind
{
    Spam = 0,
    Malware = 1,

    /// <summary>How many others have had the message, by checksums (DCC).</summary>
    Dcc = 2,

    /// <summary>What is to become of it for each of its recipients (BMI).</summary>
    Bmi = 3,
}
