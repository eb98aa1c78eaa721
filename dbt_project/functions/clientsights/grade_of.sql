case
    when strength = 0 then 'none'
    when strength < 20 then 'weak'
    when strength < 50 then 'fair'
    when strength < 80 then 'good'
    else 'strong'
end
