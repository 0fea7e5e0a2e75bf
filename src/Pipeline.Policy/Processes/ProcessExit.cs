namespace Pipeline.Policy.Processes;

/// <summary>How a process has ended: with a status, or by a signal (not 0).</summary>
public readonly record struct ProcessExit(int Status, int Signal);
